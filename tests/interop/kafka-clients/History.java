import java.io.FileWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * One client whose journal tests/history/checker.py judges: {@code History produce NAME ADDRESS JOURNAL
 * idempotent|plain}, {@code History consume NAME ADDRESS JOURNAL}.
 */
public final class History {
    private static final String TOPIC = "history";
    private static final String GROUP = "history-group";
    private static final int PARTITIONS = 6;
    private static final long PAUSE_MS = 10;

    private static volatile boolean running = true;
    private static String client;
    private static FileWriter journal;

    private static synchronized void write(String op, String fields) {
        try {
            journal.write("{\"op\": \"" + op + "\", \"client\": \"" + client + "\", \"at\": " + System.nanoTime() / 1e9
                + (fields.isEmpty() ? "" : ", " + fields) + "}\n");
            journal.flush();
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static String place(int partition) {
        return "\"topic\": \"" + TOPIC + "\", \"partition\": " + partition;
    }

    private static Properties common(String address) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", address);
        settings.put("reconnect.backoff.ms", "20");
        settings.put("reconnect.backoff.max.ms", "200");
        settings.put("retry.backoff.ms", "50");
        settings.put("retry.backoff.max.ms", "200");
        settings.put("request.timeout.ms", "5000");
        return settings;
    }

    private static void produce(String address, boolean isIdempotent) throws InterruptedException {
        Properties settings = common(address);
        settings.put("enable.idempotence", String.valueOf(isIdempotent));
        settings.put("acks", "all");
        settings.put("linger.ms", "5");
        settings.put("delivery.timeout.ms", "300000");
        settings.put("buffer.memory", "4000000");
        write("producer", "\"idempotent\": " + isIdempotent);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (int number = 0; running; number++) {
                String value = client + "/" + number;
                int partition = number / 3 % PARTITIONS;
                String what = "\"value\": \"" + value + "\", ";
                write("produce", "\"state\": \"sent\", " + what + place(partition));
                producer.send(new ProducerRecord<>(TOPIC, partition, null, value), (done, error) -> {
                    if (error == null) {
                        write("produce", "\"state\": \"acked\", " + what + place(done.partition())
                            + ", \"offset\": " + done.offset());
                    } else {
                        write("produce", "\"state\": \"unknown\", " + what + place(partition));
                    }
                });
                Thread.sleep(PAUSE_MS);
            }
            producer.close(Duration.ofSeconds(60));
        }
    }

    private static void told(String op, Collection<TopicPartition> partitions, int generation) {
        String all = partitions.stream().map(one -> "[\"" + one.topic() + "\", " + one.partition() + "]")
            .collect(Collectors.joining(", "));
        write(op, "\"group\": \"" + GROUP + "\", \"generation\": " + generation + ", \"partitions\": [" + all + "]");
    }

    private static void noteCommit(String state, Map<TopicPartition, OffsetAndMetadata> ends) {
        ends.forEach((one, end) -> write("commit", "\"state\": \"" + state + "\", \"group\": \"" + GROUP + "\", "
            + place(one.partition()) + ", \"offset\": " + end.offset()));
    }

    private static Map<TopicPartition, OffsetAndMetadata> take(ConsumerRecords<String, String> records) {
        Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
        for (TopicPartition one : records.partitions()) {
            List<ConsumerRecord<String, String>> some = records.records(one);
            String all = some.stream().map(record -> "[" + record.offset() + ", \"" + record.value() + "\"]")
                .collect(Collectors.joining(", "));
            write("fetch", place(one.partition()) + ", \"records\": [" + all + "]");
            ends.put(one, new OffsetAndMetadata(some.get(some.size() - 1).offset() + 1));
        }
        return ends;
    }

    private static void consume(String address) {
        Properties settings = common(address);
        settings.put("group.id", GROUP);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.put("session.timeout.ms", "6000");
        settings.put("heartbeat.interval.ms", "1000");
        settings.put("max.poll.interval.ms", "20000");
        settings.put("fetch.max.wait.ms", "100");
        settings.put("default.api.timeout.ms", "10000");
        settings.put("partition.assignment.strategy", "org.apache.kafka.clients.consumer.RangeAssignor");
        write("consumer", "\"group\": \"" + GROUP + "\"");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(TOPIC), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    told("assigned", partitions, consumer.groupMetadata().generationId());
                }

                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    told("revoked", partitions, consumer.groupMetadata().generationId());
                }
            });
            while (running) {
                Map<TopicPartition, OffsetAndMetadata> ends = take(consumer.poll(Duration.ofMillis(100)));
                if (ends.isEmpty()) {
                    continue;
                }
                noteCommit("sent", ends);
                try {
                    consumer.commitSync(ends);
                    noteCommit("acked", ends);
                } catch (KafkaException error) { // an earlier try of the library may have been carried out
                    noteCommit("unknown", ends);
                }
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        client = arguments[1];
        journal = new FileWriter(arguments[3], true);
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            running = false;
            try {
                main.join(70_000);
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
            }
        }));
        if (arguments[0].equals("produce")) {
            produce(arguments[2], arguments[4].equals("idempotent"));
        } else {
            consume(arguments[2]);
        }
    }
}
