ARG BASE=busybox
FROM $BASE AS tools
ARG VERSION=1.0
ENV TOOL_VERSION=v${VERSION} PATH=/tools/bin:$PATH
WORKDIR /tools
COPY src/ src
RUN mkdir bin && cp src/run.sh bin/run && echo "$TOOL_VERSION" > bin/version

FROM tools AS unused
RUN exit 1

FROM $BASE AS assets
COPY a.txt b.txt /assets/
RUN cat /assets/a.txt /assets/b.txt > /assets/all.txt

FROM $BASE
COPY --from=tools /tools/bin /usr/local/bin/
COPY --from=assets /assets/all.txt /srv/
LABEL org.example.kind="test" org.example.empty=""
EXPOSE 8080 53/udp
ENTRYPOINT ["/usr/local/bin/run"]
CMD ["--help"]
