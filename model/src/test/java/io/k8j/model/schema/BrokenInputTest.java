package io.k8j.model.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.proto.ProtobufCodec;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.typed.TypedCodec;
import io.k8j.model.typed.TypedCodecException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.exc.JsonNodeException;

/** Whatever stands in a request, each step gives a result or its own exception. A failure names its seed. */
class BrokenInputTest {
    private static final List<Object> ODD = new ArrayList<>(Arrays.asList(
            null,
            "",
            "x",
            0L,
            -1L,
            Long.MAX_VALUE,
            1.5,
            true,
            false,
            Map.of(),
            List.of(),
            "1e9999",
            "2026-13-45T00:00:00Z",
            "2026-01-02T03:04:05+01:00",
            Arrays.asList((Object) null),
            new HashMap<>(Map.of("x", "y")),
            List.of("a", 1L)));

    static Stream<GroupVersionKind> kinds() {
        return ResourceRegistry.builtIn().all().stream().map(ResourceInfo::gvk);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void neverEscapesTheDeclaredExceptions(GroupVersionKind gvk) {
        Schema schema = Schemas.kind(gvk);
        Map<String, Object> sample = Samples.of(gvk);
        int decoded = 0;
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            Map<String, Object> tree = Trees.deepCopy(sample);
            for (int i = 0; i <= seed % 4; i++) breakSomewhere(tree, random);
            Map<String, Object> object;
            try {
                object = StrictDecoder.decode(schema, tree).object();
            } catch (WrongTypeException expected) {
                assertThat(expected).hasMessageMatching("(?s).+");
                continue;
            }
            decoded++;
            assertThatCode(() -> process(gvk, schema, object))
                    .as("seed " + seed)
                    .doesNotThrowAnyException();
        }
        assertThat(decoded).as("some are still objects").isPositive();
    }

    private static void process(GroupVersionKind gvk, Schema schema, Map<String, Object> object) {
        object.put("apiVersion", gvk.apiVersion());
        object.put("kind", gvk.kind());
        Defaulter.apply(schema, object);
        Map<String, Object> canonical = Canonical.of(schema, object);
        assertThat(Canonical.of(schema, canonical)).isEqualTo(canonical);
        Map<String, Object> again = StrictDecoder.decode(schema, canonical).object();
        Defaulter.apply(schema, again);
        assertThat(Json.writeString(Canonical.of(schema, again))).isEqualTo(Json.writeString(canonical));
        Map<String, Object> back = ProtobufCodec.decode(ProtobufCodec.encode(canonical));
        assertThat(back.get("kind")).isEqualTo(gvk.kind());
        try {
            assertThat(TypedCodec.decode(gvk, canonical)).isNotNull();
        } catch (TypedCodecException expected) {
            // free values may be anything on the wire, but only objects in the typed classes
            assertThat(expected).hasRootCauseInstanceOf(JsonNodeException.class);
        }
    }

    /** Puts an odd value at a random place, or takes the place away. */
    private static void breakSomewhere(Object tree, Random random) {
        Object at = tree;
        while (true) {
            if (at instanceof Map<?, ?> m && !m.isEmpty()) {
                Map<String, Object> map = Trees.asMap(m);
                String key = List.copyOf(map.keySet()).get(random.nextInt(map.size()));
                Object next = map.get(key);
                if (goOn(next, random)) {
                    at = next;
                    continue;
                }
                if (random.nextInt(5) == 0) map.remove(key);
                else map.put(key, odd(random));
            } else if (at instanceof List<?> l && !l.isEmpty()) {
                List<Object> list = Trees.asList(l);
                int index = random.nextInt(list.size());
                if (goOn(list.get(index), random)) {
                    at = list.get(index);
                    continue;
                }
                list.set(index, odd(random));
            }
            return;
        }
    }

    private static boolean goOn(Object next, Random random) {
        return (next instanceof Map || next instanceof List) && random.nextInt(8) != 0;
    }

    private static Object odd(Random random) {
        return Trees.deepCopy(ODD.get(random.nextInt(ODD.size())));
    }
}
