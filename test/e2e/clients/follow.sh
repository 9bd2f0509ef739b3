# Writes with redis-cli, which has no Sentinel support: asks the sentinels in turn for the address
# before each write, as scripts do. One line on stdout for each acknowledged write.
# Arguments: redis-cli, the master's name, the key, the sentinels' ports.
cli=$1 name=$2 key=$3
shift 3
count=0
while :; do
  for port in "$@"; do
    address=$(timeout 1 "$cli" -p "$port" SENTINEL GET-MASTER-ADDR-BY-NAME "$name" 2>/dev/null) || continue
    host=$(echo "$address" | sed -n 1p)
    master=$(echo "$address" | sed -n 2p)
    [ -n "$master" ] || continue
    answer=$(timeout 1 "$cli" -h "$host" -p "$master" SET "$key" $((count + 1)) 2>&1)
    if [ "$answer" = OK ]; then
      count=$((count + 1))
      echo "acknowledged $count"
    else
      echo "failed $answer"
    fi
    sleep 0.05
  done
done
