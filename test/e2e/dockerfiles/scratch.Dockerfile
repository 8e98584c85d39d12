ARG BASE=busybox
FROM $BASE AS build
RUN mkdir -p /out/bin && cp /bin/busybox /out/bin/sh

FROM scratch
COPY --from=build /out /
COPY *.txt /data/
ENV MODE=tiny
CMD ["/bin/sh"]
