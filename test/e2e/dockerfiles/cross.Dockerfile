ARG BASE=busybox
FROM --platform=$BUILDPLATFORM $BASE AS compile
ARG TARGETOS TARGETARCH TARGETPLATFORM BUILDPLATFORM
WORKDIR /src
COPY a.txt .
RUN echo "shared by all targets" > shared.txt
RUN echo "from $BUILDPLATFORM for $TARGETOS on $TARGETARCH" > target.txt

FROM --platform=$BUILDPLATFORM $BASE AS common
RUN echo "the same for every target" > /common.txt

FROM $BASE AS final
ARG TARGETPLATFORM
RUN uname -m > /machine.txt
COPY --from=compile /src/*.txt /
COPY --from=common /common.txt /
USER 1000:1000
ENTRYPOINT ["uname"]
CMD ["-m"]
