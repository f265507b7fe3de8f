#!/bin/sh
# Installs the program on a Debian 12 or 13 of its own, as root, from the folder that this file lies in:
#     sh deploy/install.sh jz.example.cn
# With an archive of `make bundle`, without any network but Debian's packages:
#     sh deploy/install.sh jz.example.cn jiaozhang-bundle.tar
# May be repeated: what is there already stays as it is.
set -eu
NAME=${1:?usage: install.sh NAME-THAT-PEOPLE-TYPE [BUNDLE]}
BUNDLE=${2:+$(realpath "$2")}
SOURCE=$(realpath "$(dirname "$0")/..")
APP=/srv/jiaozhang ETC=/etc/jiaozhang PORT=5433
export LC_ALL=C.UTF-8

say() { printf '\n== %s\n' "$*"; }
has_systemd() { [ -d /run/systemd/system ]; }

say "Packages, account, folders"
export DEBIAN_FRONTEND=noninteractive
apt-get install --quiet --yes --no-install-recommends postgresql-common
sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
apt-get install --quiet --yes --no-install-recommends postgresql nginx make python3-venv openssl rsync ca-certificates logrotate
id jiaozhang >/dev/null 2>&1 || adduser --quiet --system --group --home /var/lib/jiaozhang jiaozhang
install -d -m 750 -o root -g jiaozhang $ETC
install -d -m 700 -o jiaozhang -g jiaozhang /var/lib/jiaozhang
install -d -m 700 /var/backups/jiaozhang

say "Program and its Python packages"
if [ "$SOURCE" != $APP ]; then
    mkdir -p $APP
    cp -R "$SOURCE"/. $APP/
fi
# Debian's own Python, which the account can run.
make --directory $APP setup PYTHON=/usr/bin/python3 ${BUNDLE:+BUNDLE="$BUNDLE"}

say "Database"
VERSION=$(basename "$(ls -d /usr/lib/postgresql/* | sort -V | tail -n 1)")
if ! pg_lsclusters --no-header | grep -q "^$VERSION *jiaozhang "; then
    # Checksums, and a sorting that is the same everywhere.
    pg_createcluster "$VERSION" jiaozhang --port $PORT -- --data-checksums --locale=C.UTF-8 --encoding=UTF8
fi
pg_lsclusters --no-header | grep -q "^$VERSION *jiaozhang .*online" || pg_ctlcluster "$VERSION" jiaozhang start
if [ ! -f $ETC/owner-url ]; then
    OWNER=$(openssl rand -hex 24)
    runuser -u postgres -- psql --quiet --port $PORT --set ON_ERROR_STOP=1 \
        --command "CREATE ROLE jiaozhang LOGIN CREATEROLE PASSWORD '$OWNER'" \
        --command "CREATE DATABASE jiaozhang OWNER jiaozhang"
    (umask 077; echo "postgresql://jiaozhang:$OWNER@127.0.0.1:$PORT/jiaozhang" > $ETC/owner-url)
fi

say "Settings, tables, and the program's own logins"
[ -f $ETC/secret-key ] || (umask 077; openssl rand -base64 48 > $ETC/secret-key)
[ -f $ETC/app.env ] || sed "s/jz.example.cn/$NAME/" $APP/deploy/app.env > $ETC/app.env
VAR_DIR=$(sed -n 's/^VAR_DIR=//p' $ETC/app.env)
export VAR_DIR SECRET_KEY_FILE=$ETC/secret-key DATABASE_URL_FILE=$ETC/owner-url
cd $APP
.venv/bin/python manage.py migrate --verbosity=0
if [ -f $ETC/app-url ]; then
    .venv/bin/python manage.py create_logins --grants-only
else
    .venv/bin/python manage.py create_logins --into $ETC
fi
chown root:jiaozhang $ETC/app-url $ETC/reader-url $ETC/secret-key
chmod 640 $ETC/app-url $ETC/reader-url $ETC/secret-key
chown -R jiaozhang:jiaozhang "$VAR_DIR"

say "nginx, log files, services"
if [ ! -f $ETC/tls.crt ]; then  # until the county's authority has given one
    openssl req -quiet -x509 -newkey rsa:3072 -nodes -days 825 -subj "/CN=$NAME" \
        -addext "subjectAltName=DNS:$NAME" -keyout $ETC/tls.key -out $ETC/tls.crt 2>/dev/null ||
        openssl req -x509 -newkey rsa:3072 -nodes -days 825 -subj "/CN=$NAME" \
            -addext "subjectAltName=DNS:$NAME" -keyout $ETC/tls.key -out $ETC/tls.crt
    chmod 600 $ETC/tls.key
fi
[ -f /etc/nginx/sites-available/jiaozhang ] ||
    sed "s/jz.example.cn/$NAME/" deploy/nginx/jiaozhang.conf > /etc/nginx/sites-available/jiaozhang
ln -sf ../sites-available/jiaozhang /etc/nginx/sites-enabled/jiaozhang
nginx -t
rm -f /etc/logrotate.d/nginx /etc/logrotate.d/postgresql-common  # ours keeps both for 200 days
install -m 644 deploy/logrotate/jiaozhang /etc/logrotate.d/jiaozhang
install -D -m 644 deploy/journald.conf /etc/systemd/journald.conf.d/jiaozhang.conf
install -m 644 deploy/systemd/jiaozhang* /etc/systemd/system/
install -D -m 644 deploy/systemd/postgresql-restart.conf \
    /etc/systemd/system/postgresql@.service.d/jiaozhang.conf
if has_systemd; then
    systemctl daemon-reload
    systemctl restart systemd-journald nginx
    systemctl enable --now jiaozhang jiaozhang-backup.timer jiaozhang-verify.timer
fi
say "Done: https://$NAME/ The code for founding the county: journalctl -u jiaozhang"
