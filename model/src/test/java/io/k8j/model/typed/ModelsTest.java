package io.k8j.model.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.schema.Samples;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;

/** Whatever {@link Models} does by itself must come out as data binding does it. */
class ModelsTest {
    /** A part of these is of any shape, and has a converter of its own. */
    private static final Set<String> BY_DATA_BINDING = Set.of("ControllerRevision");

    private static final List<Object> INTRUDERS = List.of(
            "text",
            7,
            -1,
            1L << 40,
            1.5,
            true,
            List.of(),
            List.of("text"),
            List.of(1),
            Map.of(),
            Map.of("a", Map.of()));

    static Stream<GroupVersionKind> kinds() {
        return ResourceRegistry.builtIn().all().stream().map(ResourceInfo::gvk).distinct();
    }

    static Map<String, Object> sample(GroupVersionKind gvk) {
        return Json.parseObject(Json.write(Samples.of(gvk))); // which may be changed
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aFullObjectIsReadAndWrittenAsByDataBinding(GroupVersionKind gvk) {
        Class<? extends HasMetadata> type = TypedCodec.objectType(gvk);
        byte[] json = Json.write(sample(gvk));
        assertThat(ModelType.of(type) == null).isEqualTo(BY_DATA_BINDING.contains(gvk.kind()));

        HasMetadata read = Models.read(json, type);

        assertThat(read).isEqualTo(DataBinding.read(json, type));
        same(Models.treeOf(read), DataBinding.treeOf(read));
        same(Models.tree(json), DataBinding.tree(json));
        assertThat(Models.write(Models.tree(json))).isEqualTo(DataBinding.write(DataBinding.tree(json)));
        assertThat(Models.write(read)).isEqualTo(DataBinding.write(read));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatDoesNotFitEndsAsItWouldWithDataBinding(GroupVersionKind gvk) {
        Class<? extends HasMetadata> type = TypedCodec.objectType(gvk);
        Random random = new Random(gvk.toString().hashCode());
        for (int i = 0; i < 30; i++) {
            Map<String, Object> tree = sample(gvk);
            byte[] json = Json.write(tree);
            for (int n = random.nextInt(3); n >= 0; n--) {
                disturb(tree, random);
                json = Json.write(tree);
                tree = Json.parseObject(json); // what was put in can be changed as well
            }
            byte[] disturbed = json;
            assertThat(outcome(() -> Models.read(disturbed, type)))
                    .as("%s", Json.writeString(tree))
                    .isEqualTo(outcome(() -> DataBinding.read(disturbed, type)));
        }
    }

    interface Reading {
        Object read();
    }

    static Object outcome(Reading reading) {
        try {
            Object read = reading.read();
            return read == null ? "null" : DataBinding.treeOf(read);
        } catch (JacksonException e) {
            return e.getClass() + ": " + e.getOriginalMessage();
        }
    }

    /** Puts something else in some place of a tree. */
    @SuppressWarnings("unchecked")
    static void disturb(Map<String, Object> tree, Random random) {
        Map<String, Object> at = tree;
        while (true) {
            List<String> names = new ArrayList<>(at.keySet());
            String name = names.isEmpty() ? "more" : names.get(random.nextInt(names.size()));
            Object value = at.get(name);
            if (value instanceof List<?> list && !list.isEmpty() && random.nextInt(4) > 0) value = list.getFirst();
            if (value instanceof Map<?, ?> inner && random.nextInt(5) > 0) {
                at = (Map<String, Object>) inner;
                continue;
            }
            switch (random.nextInt(4)) {
                case 0 -> at.put(name, null);
                case 1 -> at.put("unknown", INTRUDERS.get(random.nextInt(INTRUDERS.size())));
                case 2 -> at.remove(name);
                default -> at.put(name, INTRUDERS.get(random.nextInt(INTRUDERS.size())));
            }
            return;
        }
    }

    /** Equal, in the same order, of the same classes. */
    private static void same(Object one, Object other) {
        assertThat(describe(one)).isEqualTo(describe(other));
    }

    private static String describe(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                StringBuilder text = new StringBuilder(map.getClass().getSimpleName() + "{");
                map.forEach((key, item) -> text.append(key).append('=').append(describe(item)));
                yield text.append('}').toString();
            }
            case List<?> list -> {
                StringBuilder text = new StringBuilder(list.getClass().getSimpleName() + "[");
                list.forEach(item -> text.append(describe(item)));
                yield text.append(']').toString();
            }
            case null -> "null";
            default -> value.getClass().getSimpleName() + ":" + value + ";";
        };
    }

    @Test
    void textsThatAreNoObjectEndAsWithDataBinding() {
        for (String text : List.of(
                "",
                " ",
                "null",
                "7",
                "[]",
                "{",
                "{}",
                "{} {}",
                "{}x",
                "{\"a\":1,}",
                "{\"metadata\":{\"name\":\"a\"",
                "{\"metadata\":{\"name\":\"a\"},\"metadata\":{\"name\":\"b\"}}",
                "{\"spec\":{\"containers\":[null,{}]}}",
                "{\"a\":[1,2.5,1e400,123456789012345678901234567890]}",
                "{\"metadata\":{\"labels\":{\"a\":null,\"b\":1}}}",
                "{\"metadata\":{\"managedFields\":[{\"manager\":\"x\"}],\"generation\":7}}",
                "\"text\"")) {
            byte[] json = text.getBytes(StandardCharsets.UTF_8);
            assertThat(outcome(() -> Models.read(json, Pod.class)))
                    .as(text)
                    .isEqualTo(outcome(() -> DataBinding.read(json, Pod.class)));
            assertThat(outcome(() -> Models.tree(json))).as(text).isEqualTo(outcome(() -> DataBinding.tree(json)));
        }
    }

    @Test
    void whatAPodMayHaveIsReadWithoutDataBinding() {
        ModelType pod = ModelType.of(Pod.class);
        List<String> special = new ArrayList<>();
        for (ModelType type : reachable(pod, new TreeMap<>(Map.of("Pod", pod))).values()) {
            for (int i = 0; i < type.names.length; i++) {
                if (!isPlain(type.shapes[i])) special.add(type.names[i]);
            }
        }
        assertThat(special).isEmpty();
    }

    private static boolean isPlain(ModelShape shape) {
        if (shape.item != null) return isPlain(shape.item);
        return shape.form != 'm' || shape.type() != null;
    }

    private static Map<String, ModelType> reachable(ModelType type, Map<String, ModelType> found) {
        for (ModelShape shape : type.shapes) {
            ModelShape inner = shape;
            while (inner.item != null) inner = inner.item;
            if (inner.form == 'm' && found.put(inner.type().access.getClass().getName(), inner.type()) == null) {
                reachable(inner.type(), found);
            }
        }
        return found;
    }

    /** A class that is none of fabric8's. */
    public record Own(String name, Map<String, Object> spec) {}

    @Test
    void classesOfOthersGoToDataBinding() {
        Own own = Models.read("{\"name\":\"a\",\"spec\":{\"x\":1}}".getBytes(StandardCharsets.UTF_8), Own.class);
        assertThat(own).isEqualTo(new Own("a", Map.of("x", 1)));
        assertThat(Models.treeOf(own)).isEqualTo(Map.of("name", "a", "spec", Map.of("x", 1)));
        Pod holder = new PodBuilder().withSpec(new PodSpec()).build();
        Map<String, Object> tree = new LinkedHashMap<>(Map.of("pod", holder));
        assertThat(Models.write(tree)).isEqualTo(DataBinding.write(tree));
        holder.setAdditionalProperty("when", java.time.Duration.ofSeconds(1));
        assertThat(Models.treeOf(holder)).isEqualTo(DataBinding.treeOf(holder));
    }

    @Test
    void equalStringsAreOne() {
        byte[] one = "{\"metadata\":{\"name\":\"shared-name\"}}".getBytes(StandardCharsets.UTF_8);
        assertThat(Models.read(one, Pod.class).getMetadata().getName())
                .isSameAs(Models.read(one, ConfigMap.class).getMetadata().getName());
    }

    @Test
    void aWordSaysWhatDoesNotFit() {
        assertThatThrownBy(() -> Models.read("{\"spec\":\"text\"}".getBytes(StandardCharsets.UTF_8), Pod.class))
                .isInstanceOf(JacksonException.class)
                .hasMessageContaining("PodSpec");
    }
}
