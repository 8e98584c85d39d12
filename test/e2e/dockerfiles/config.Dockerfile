ARG BASE=busybox
FROM $BASE AS parent
ONBUILD RUN echo triggered > /triggered
ONBUILD ENV TRIGGERED=yes
SHELL ["/bin/sh", "-ec"]

FROM parent
VOLUME ["/data", "/other data"]
STOPSIGNAL SIGINT
LABEL multi.label="line one \
line two" quoted='single $quoted'
EXPOSE 80/tcp 443 9000-9002
RUN echo "with -e"
ENTRYPOINT exec cat
CMD /etc/passwd
