ARG BASE=busybox
FROM $BASE
RUN echo one > /one
RUN ["/bin/sh", "-c", "echo two > /two"]
CMD ["cat", "/one", "/two"]
