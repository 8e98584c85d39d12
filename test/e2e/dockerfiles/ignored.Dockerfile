ARG BASE=busybox
FROM $BASE
COPY . /context
RUN find /context | sort > /list
