import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * GoldenMessages LIST OUT SEED: fills every message of LIST (tools/messages.py --list) at every version with random
 * values, and writes one line for each: name, version, bytes in hex, JSON, with tabs between them.
 *
 * The fields of a version come from Kafka's own schema of it, their types from the setters of Kafka's classes.
 */
public class GoldenMessages {
    private static final List<String> PACKAGES = List.of(
        "org.apache.kafka.common.message.",
        "org.apache.kafka.common.metadata.",
        "org.apache.kafka.coordinator.group.generated.",
        "org.apache.kafka.server.log.remote.metadata.storage.generated.");

    /** How the instances of one version differ. */
    private enum Fill { NOTHING, EVERYTHING, NULLS, EMPTY, ANY }

    private static final Fill[] INSTANCES = {
        Fill.NOTHING, Fill.EVERYTHING, Fill.NULLS, Fill.EMPTY, Fill.ANY, Fill.ANY, Fill.ANY, Fill.ANY};

    private static final String[] LETTERS = {
        "a", "b", "z", "Q", "0", "9", "-", "_", ".", "/", "\"", "\\", "\n", "\t", "\r", "\b", "\f", "\u0001", "\u001f",
        "\u007f", "ç", "ã", "\u2028", "日", "🦆"};

    private final Random random;
    private Fill fill = Fill.ANY;

    private GoldenMessages(long seed) {
        random = new Random(seed);
    }

    public static void main(String[] args) throws Exception {
        GoldenMessages golden = new GoldenMessages(Long.parseLong(args[2]));
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(Path.of(args[1]), StandardCharsets.UTF_8))) {
            for (String line : Files.readAllLines(Path.of(args[0]))) {
                String[] words = line.split(" ");
                golden.message(words[0], Integer.parseInt(words[3]), Integer.parseInt(words[4]), out);
            }
            if (out.checkError())
                throw new IllegalStateException("cannot write " + args[1]);
        }
    }

    private void message(String name, int low, int high, PrintWriter out) throws Exception {
        Class<?> type = find(name);
        Class<?> converter = Class.forName(type.getName() + "JsonConverter");
        Method json = converter.getMethod("write", type, short.class);
        Schema[] schemas = (Schema[]) type.getField("SCHEMAS").get(null);
        for (int version = low; version <= high; version++) {
            for (Fill instance : INSTANCES) {
                fill = instance;
                Message message = (Message) type.getConstructor().newInstance();
                if (fill != Fill.NOTHING)
                    struct(message, schemas[version]);
                JsonNode node = (JsonNode) json.invoke(null, message, (short) version);
                out.print(name + "\t" + version + "\t" + bytes(message, (short) version) + "\t" + node + "\n");
            }
        }
    }

    private static Class<?> find(String name) {
        for (String prefix : PACKAGES) {
            for (String suffix : List.of("", "Data")) {
                try {
                    Class<?> type = Class.forName(prefix + name + suffix);
                    if (Message.class.isAssignableFrom(type))
                        return type;
                } catch (ClassNotFoundException e) {
                    continue;
                }
            }
        }
        throw new IllegalArgumentException("no class of Kafka's is called " + name);
    }

    private static String bytes(Message message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBufferAccessor accessor = new ByteBufferAccessor(ByteBuffer.allocate(message.size(cache, version)));
        message.write(accessor, cache, version);
        return HexFormat.of().formatHex(accessor.buffer().array());
    }

    private void struct(Object object, Schema schema) throws Exception {
        for (var bound : schema.fields()) {
            if (bound.def.type instanceof TaggedFields tagged) {
                for (Field field : tagged.fields().values()) {
                    if (fill == Fill.EVERYTHING || (fill == Fill.ANY && random.nextBoolean()))
                        field(object, field);
                }
            } else {
                field(object, bound.def);
            }
        }
    }

    private void field(Object object, Field field) throws Exception {
        String name = "set" + field.name.replace("_", "");
        Method setter = Arrays.stream(object.getClass().getMethods())
            .filter(method -> method.getName().equalsIgnoreCase(name)).findFirst().orElseThrow();
        boolean isNull = fill == Fill.NULLS || (fill == Fill.ANY && random.nextInt(4) == 0);
        if (field.type.isNullable() && isNull)
            setter.invoke(object, (Object) null);
        else
            setter.invoke(object, value(field.type, setter.getGenericParameterTypes()[0]));
    }

    private Object value(org.apache.kafka.common.protocol.types.Type kind, Type type) throws Exception {
        if (kind.isArray())
            return array(kind.arrayElementType().orElseThrow(), type);
        if (type == boolean.class)
            return random.nextBoolean();
        if (type == byte.class || type == Byte.class)
            return (byte) random.nextInt();
        if (type == short.class || type == Short.class)
            return (short) random.nextInt();
        if (type == int.class || type == Integer.class)
            return kind.toString().equals("UINT16") ? random.nextInt(65536) : random.nextInt();
        if (type == long.class || type == Long.class)
            return kind.toString().equals("UINT32") ? random.nextLong() >>> 32 : random.nextLong();
        if (type == Uuid.class)
            return new Uuid(random.nextLong(), random.nextLong());
        if (type == String.class)
            return text();
        if (type == byte[].class)
            return blob();
        if (type == ByteBuffer.class)
            return ByteBuffer.wrap(blob());
        if (type == BaseRecords.class)
            return MemoryRecords.readableRecords(ByteBuffer.wrap(blob()));
        Object inner = ((Class<?>) type).getConstructor().newInstance();
        struct(inner, (Schema) kind);
        return inner;
    }

    @SuppressWarnings("unchecked")
    private Object array(org.apache.kafka.common.protocol.types.Type kind, Type type) throws Exception {
        Collection<Object> values = new ArrayList<>();
        Type element = type;
        if (type instanceof ParameterizedType list) {
            element = list.getActualTypeArguments()[0];
        } else {
            values = (Collection<Object>) ((Class<?>) type).getConstructor().newInstance();
            element = ((ParameterizedType) ((Class<?>) type).getGenericSuperclass()).getActualTypeArguments()[0];
        }
        int size = fill == Fill.EMPTY ? 0 : fill == Fill.EVERYTHING ? 2 : random.nextInt(4);
        for (int i = 0; i < size; i++)
            values.add(value(kind, element));
        return values;
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int size = length(random.nextInt(8) == 0 ? 300 : 12); size > 0; size--)
            text.append(LETTERS[random.nextInt(LETTERS.length)]);
        return text.toString();
    }

    private byte[] blob() {
        byte[] bytes = new byte[length(random.nextInt(3) == 0 ? 2000 : 20)];
        random.nextBytes(bytes);
        return bytes;
    }

    private int length(int bound) {
        return fill == Fill.EMPTY ? 0 : random.nextInt(bound);
    }
}
