#!/bin/sh
# generate.sh OUTDIR SEED: writes OUTDIR/golden.txt, what Kafka's own classes make of every message of
# src/kafka/schema. Kept until the seed, the schemas or the generator change. Ends with 77 (skipped) where there is no
# Java, no Maven or no way to fetch Kafka's jars.
set -eu
out=$1
seed=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

for tool in java mvn python3; do
    command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
mkdir -p "$out"
out=$(cd "$out" && pwd) # Maven takes what is relative as relative to the pom
find "$root/src/kafka/schema" -name '*.api' | sort | xargs python3 "$root/tools/messages.py" --list >"$out/list.txt"
stamp="$seed $(cat "$out/list.txt" "$here/GoldenMessages.java" "$here/pom.xml" | cksum)"
if [ -f "$out/golden.txt" ] && [ "$(cat "$out/stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

rm -f "$out/golden.txt"
if ! [ -f "$out/classpath" ] || [ "$here/pom.xml" -nt "$out/classpath" ]; then
    classpath() { mvn -q -B "$@" -f "$here/pom.xml" dependency:build-classpath -Dmdep.outputFile="$out/classpath"; }
    classpath -o >/dev/null 2>&1 || classpath || { echo "skipped: Kafka's jars cannot be fetched"; exit 77; }
fi
java -cp "$(cat "$out/classpath")" "$here/GoldenMessages.java" "$out/list.txt" "$out/golden.part" "$seed"
mv "$out/golden.part" "$out/golden.txt"
echo "$stamp" >"$out/stamp"
