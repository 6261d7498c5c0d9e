import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/** Transactions BOOTSTRAP TOPIC: rounds of transactions, every second one aborted, each record's value saying which. */
public class Transactions {
    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", args[0]);
        settings.put("transactional.id", "browsed");
        settings.put("compression.type", "zstd");
        StringSerializer text = new StringSerializer();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings, text, text)) {
            producer.initTransactions();
            for (int round = 0; round < 6; round++) {
                String end = round % 2 == 0 ? "committed" : "aborted";
                producer.beginTransaction();
                for (int number = 0; number < 10; number++) {
                    String value = "{\"round\": " + round + ", \"number\": " + number + ", \"end\": \"" + end + "\"}";
                    producer.send(new ProducerRecord<>(args[1], "key-" + number, value));
                }
                TopicPartition place = new TopicPartition(args[1], 0);
                producer.sendOffsetsToTransaction(Map.of(place, new OffsetAndMetadata(round)),
                                                  new ConsumerGroupMetadata("readers"));
                producer.flush();
                if (round % 2 == 0)
                    producer.commitTransaction();
                else
                    producer.abortTransaction();
            }
        }
    }
}
