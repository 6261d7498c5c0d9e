import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.protocol.Errors;

/** Describes every kind of resource; a line for each configuration: resource, name and all that is told of it. */
public final class Configs {
    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", arguments[0]))) {
            admin.createTopics(List.of(new NewTopic("one", 1, (short) 1)
                .configs(Map.of("retention.ms", "5000", "cleanup.policy", "compact,delete"))))
                .all().get(30, TimeUnit.SECONDS);
            Thread.sleep(500); // Kafka's broker learns it from its controller
            for (ConfigResource resource : List.of(
                new ConfigResource(Type.BROKER, "1"), new ConfigResource(Type.BROKER, ""),
                new ConfigResource(Type.TOPIC, "one"), new ConfigResource(Type.GROUP, "readers"),
                new ConfigResource(Type.CLIENT_METRICS, "one"), new ConfigResource(Type.TOPIC, "nowhere"),
                new ConfigResource(Type.TOPIC, "b@d"), new ConfigResource(Type.TOPIC, ""),
                new ConfigResource(Type.GROUP, ""), new ConfigResource(Type.CLIENT_METRICS, ""))) {
                describe(admin, resource);
            }
        }
        System.exit(0);
    }

    private static void describe(Admin admin, ConfigResource resource) throws Exception {
        DescribeConfigsOptions everything =
            new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
        String place = resource.type() + " '" + resource.name() + "'";
        try {
            var told = admin.describeConfigs(List.of(resource), everything).all().get(30, TimeUnit.SECONDS);
            Map<String, ConfigEntry> sorted = new TreeMap<>();
            told.get(resource).entries().forEach(entry -> sorted.put(entry.name(), entry));
            sorted.forEach((name, entry) -> System.out.println(place + " " + name + "\t" + text(entry)));
        } catch (ExecutionException refused) {
            System.out.println(place + "\t" + Errors.forException(refused.getCause()) + " "
                + refused.getCause().getMessage());
        }
    }

    private static String text(ConfigEntry entry) {
        StringBuilder text = new StringBuilder();
        text.append(entry.value()).append(' ').append(entry.source()).append(' ').append(entry.type());
        text.append(entry.isReadOnly() ? " read-only" : "").append(entry.isSensitive() ? " sensitive" : "");
        text.append(entry.documentation() == null || entry.documentation().isEmpty() ? " undocumented" : "");
        for (ConfigEntry.ConfigSynonym synonym : entry.synonyms()) {
            text.append(" | ").append(synonym.name()).append('=').append(synonym.value()).append(' ')
                .append(synonym.source());
        }
        return text.toString();
    }
}
