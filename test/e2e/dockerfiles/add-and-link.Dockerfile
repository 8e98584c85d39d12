ARG BASE=busybox
FROM $BASE AS packed
COPY a.txt /pack/a.txt
RUN tar -C /pack -cf /pack.tar a.txt

FROM $BASE
ADD a.txt b.txt /added/
ADD --chmod=0600 src/deep /added/deep/
COPY --link --from=packed /pack.tar /linked/
COPY --link b.txt /linked/b.txt
COPY --exclude=*.md src /without-docs/
