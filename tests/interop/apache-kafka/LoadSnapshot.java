import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.FileRawSnapshotReader;
import org.apache.kafka.snapshot.RecordsSnapshotReader;
import org.apache.kafka.snapshot.Snapshots;

/**
 * LoadSnapshot FILE.checkpoint: Kafka's own reader and image of the metadata over one snapshot, as a Kafka broker
 * loads it. Prints "topic NAME ID PARTITIONS CONFIGS" for each topic, "producer ids from N", "last record at MS".
 */
public final class LoadSnapshot {
    private static final int BATCH_BYTES = 8 * 1024 * 1024;

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]).toAbsolutePath();
        OffsetAndEpoch id = Snapshots.parse(file).orElseThrow().snapshotId();
        MetadataDelta delta = new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
        long lastTime;
        try (FileRawSnapshotReader raw = FileRawSnapshotReader.open(file.getParent(), id);
             var reader = RecordsSnapshotReader.of(raw, MetadataRecordSerde.INSTANCE, BufferSupplier.create(),
                     BATCH_BYTES, true, new LogContext())) {
            lastTime = reader.lastContainedLogTimestamp();
            while (reader.hasNext()) {
                reader.next().records().forEach(record -> delta.replay(record.message()));
            }
        }
        delta.finishSnapshot();
        MetadataImage image = delta.apply(
                new MetadataProvenance(id.offset() - 1, id.epoch(), lastTime, true));
        for (Map.Entry<String, Uuid> topic :
                new TreeMap<>(image.topics().topicNameToIdView()).entrySet()) {
            int partitions = image.topics().getTopic(topic.getValue()).partitions().size();
            var configs = new TreeMap<>(image.configs().configMapForResource(
                    new ConfigResource(ConfigResource.Type.TOPIC, topic.getKey())));
            System.out.println("topic " + topic.getKey() + " " + topic.getValue() + " " + partitions + " " + configs);
        }
        System.out.println("metadata.version " + image.features().metadataVersionOrThrow());
        System.out.println("producer ids from " + image.producerIds().nextProducerId());
        System.out.println("last record at " + lastTime);
    }
}
