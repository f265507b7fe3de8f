#!/bin/sh
# Once before `docker compose up`: passwords, a certificate for trying out, and the site of nginx.
#     sh deploy/container/secrets.sh jz.example.cn
# The county's own certificate then replaces secrets/tls/tls.crt and tls.key.
set -eu
NAME=${1:?usage: secrets.sh NAME-THAT-PEOPLE-TYPE}
cd "$(dirname "$0")"
[ ! -e secrets ] || { echo "deploy/container/secrets is there already; nothing was changed."; exit 1; }
mkdir -m 700 secrets
mkdir secrets/tls
PASSWORD=$(openssl rand -hex 24)
printf %s "$PASSWORD" > secrets/database
echo "postgresql://jiaozhang:$PASSWORD@database:5432/jiaozhang" > secrets/url
openssl rand -base64 48 > secrets/key
openssl req -x509 -newkey rsa:3072 -nodes -days 825 -subj "/CN=$NAME" -addext "subjectAltName=DNS:$NAME" \
    -keyout secrets/tls/tls.key -out secrets/tls/tls.crt
sed "s/jz.example.cn/$NAME/; s/127.0.0.1:8000/program:8000/" ../nginx/jiaozhang.conf > secrets/site.conf
# The program's account in the container (10001) reads the files; the folder itself is closed to others.
chmod 644 secrets/database secrets/url secrets/key secrets/site.conf
echo "NAME=$NAME" > ../../.env
