ARG BASE=busybox
FROM $BASE AS data
COPY a.txt /data/a.txt

FROM $BASE
RUN --mount=type=bind,from=data,source=/data,target=/mnt/data cp /mnt/data/a.txt /from-stage
RUN --mount=type=bind,source=src,target=/mnt/src cp /mnt/src/run.sh /from-context
RUN --mount=type=cache,target=/var/cache/app,id=llbc-test,sharing=locked echo x >> /var/cache/app/log; wc -l < /var/cache/app/log > /dev/null
RUN --mount=type=tmpfs,target=/scratch,size=1m df /scratch > /dev/null
RUN --network=none ip link show > /links 2>&1 || true
