ARG BASE=busybox
FROM $BASE
RUN <<EOF
set -e
echo "first"  > /first
echo "second" > /second
EOF
RUN <<-SCRIPT cat > /third
	tabs are stripped
	SCRIPT
COPY <<one.conf <<"two.conf" /etc/app/
mode = $PATH
one.conf
mode = $PATH
two.conf
