#!/bin/sh
# Makes ./secrets for compose.yaml, or what is missing there: nothing that exists is changed.
# The folder is closed to others. The files are open, because a container's user reads them.
set -eu
umask 077
mkdir -p secrets
umask 022

make() {
    [ -e "secrets/$1" ] || printf '%s\n' "$2" >"secrets/$1"
}

make secret_keys "$(openssl rand -hex 32)"
make metrics_token "$(openssl rand -hex 32)"
make database_password "$(openssl rand -hex 32)"
password="$(cat secrets/database_password)"
make database_url "postgresql://orion_app:$password@postgres/orion"
make database_owner_url "postgresql://orion_owner:$password@postgres/orion"
where="host=postgres
dbname=orion
password=$password"
make backup_services "[backup]
user=orion_backup
$where
[record]
user=orion_app
$where"
echo "secrets/ is complete. Keep a copy of secrets/secret_keys where this machine is not: without it every PIN and link ends."
