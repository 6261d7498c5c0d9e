// One client whose journal tests/history/checker.py judges, on kafkajs.
//
//   client.js produce NAME ADDRESS JOURNAL idempotent|plain
//   client.js consume NAME ADDRESS JOURNAL
'use strict';
const fs = require('fs');
const { Kafka, AssignerProtocol, logLevel } = require('kafkajs');

const TOPIC = 'history';
const GROUP = 'history-group';
const PARTITIONS = 6;
const BATCH = 5;
const PAUSE_MS = 40;

const [role, name, address, path, kind] = process.argv.slice(2);
const file = fs.openSync(path, 'a');
let running = true;

function write(op, fields) {
  const at = Number(process.hrtime.bigint()) / 1e9; // the clock that all clients share
  fs.writeSync(file, `${JSON.stringify({ op, client: name, at, ...fields })}\n`);
}
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const kafka = new Kafka({
  clientId: name,
  brokers: [address],
  logLevel: logLevel.WARN,
  connectionTimeout: 2000,
  requestTimeout: 5000,
  retry: { initialRetryTime: 50, maxRetryTime: 300, retries: 10000 },
});

async function produce() {
  const idempotent = kind === 'idempotent';
  const producer = kafka.producer({ idempotent, maxInFlightRequests: idempotent ? 1 : null, allowAutoTopicCreation: false });
  await producer.connect();
  write('producer', { idempotent });
  for (let number = 0; running; number += BATCH) {
    const partition = (number / BATCH) % PARTITIONS;
    const values = Array.from({ length: BATCH }, (_, i) => `${name}/${number + i}`);
    values.forEach((value) => write('produce', { state: 'sent', topic: TOPIC, value, partition }));
    try {
      const [answer] = await producer.send({
        topic: TOPIC, acks: -1, timeout: 5000, messages: values.map((value) => ({ value, partition })),
      });
      values.forEach((value, i) => write('produce', {
        state: 'acked', topic: TOPIC, value, partition, offset: Number(answer.baseOffset) + i,
      }));
    } catch (error) {
      values.forEach((value) => write('produce', { state: 'unknown', topic: TOPIC, value }));
      process.stderr.write(`${error}\n`);
    }
    await sleep(PAUSE_MS);
  }
  await producer.disconnect();
}

// The range assignor, which the other clients have too: kafkajs brings none that others know.
const range = ({ cluster }) => ({
  name: 'range',
  version: 1,
  protocol: ({ topics }) => ({
    name: 'range',
    metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
  }),
  assign: async ({ members, topics }) => {
    const ids = members.map((member) => member.memberId).sort();
    const assignment = Object.fromEntries(ids.map((id) => [id, {}]));
    for (const topic of topics) {
      const partitions = cluster.findTopicPartitionMetadata(topic).map((one) => one.partitionId).sort((a, b) => a - b);
      const least = Math.floor(partitions.length / ids.length);
      const more = partitions.length % ids.length;
      ids.forEach((id, i) => {
        const from = i * least + Math.min(i, more);
        assignment[id][topic] = partitions.slice(from, from + least + (i < more ? 1 : 0));
      });
    }
    return ids.map((id) => ({
      memberId: id,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: 0, assignment: assignment[id], userData: Buffer.alloc(0),
      }),
    }));
  },
});

async function consume() {
  const consumer = kafka.consumer({
    groupId: GROUP, sessionTimeout: 6000, heartbeatInterval: 1000, rebalanceTimeout: 20000, maxWaitTimeInMs: 100,
    partitionAssigners: [range], retry: { initialRetryTime: 50, maxRetryTime: 300, retries: 10000 },
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = (payload.memberAssignment[TOPIC] || []).map((partition) => [TOPIC, partition]);
    write('assigned', { group: GROUP, partitions });
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) process.exit(1); // said by kafkajs on stderr; else it begins anew by itself
  });
  await consumer.connect();
  write('consumer', { group: GROUP });
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
      if (!isRunning() || isStale()) return;
      const { partition } = batch;
      const place = { topic: TOPIC, partition };
      const records = batch.messages.map((one) => [Number(one.offset), one.value.toString()]);
      write('fetch', { ...place, records });
      const offset = records[records.length - 1][0] + 1;
      write('commit', { state: 'sent', group: GROUP, ...place, offset });
      try {
        await consumer.commitOffsets([{ ...place, offset: String(offset) }]);
        write('commit', { state: 'acked', group: GROUP, ...place, offset });
      } catch { // the heartbeat below says the same to the library, which knows what to do then
        write('commit', { state: 'unknown', group: GROUP, ...place, offset });
      }
      resolveOffset(String(offset - 1));
      try {
        await heartbeat();
      } catch (error) {
        write('seek', place); // the library begins anew, perhaps with what was just read
        throw error;
      }
    },
  });
  while (running) await sleep(100);
  await consumer.disconnect();
}

process.on('SIGTERM', () => { running = false; });
(role === 'produce' ? produce() : consume()).then(() => process.exit(0), (error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
