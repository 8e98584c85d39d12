ARG BASE=busybox
FROM $BASE
RUN echo 'app:x:1001:1001::/home/app:/bin/sh' >> /etc/passwd && echo 'app:x:1001:' >> /etc/group
WORKDIR /home/app
USER app
WORKDIR project/nested
ENV A=1 B="two words" C='$literal'
ENV D=${A}x$B
RUN id -u > who && echo "$A $B $C $D" > env
COPY --chown=app:app --chmod=0640 a.txt b.txt ./
COPY --chmod=u=rwX,go=rX src src
CMD echo "$D"
