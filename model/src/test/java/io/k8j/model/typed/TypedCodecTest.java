package io.k8j.model.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.schema.Samples;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TypedCodecTest {
    static Stream<GroupVersionKind> kinds() {
        return ResourceRegistry.builtIn().all().stream().map(ResourceInfo::gvk);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyFieldSurvivesTheWayThroughTheClass(GroupVersionKind gvk) {
        Map<String, Object> tree = Samples.of(gvk);
        Class<? extends HasMetadata> type = TypedCodec.objectType(gvk);
        assertThat(type).isNotNull();
        assertThat(TypedCodec.kind(type)).isEqualTo(gvk);
        List<String> differences = new ArrayList<>();
        compare("", tree, TypedCodec.tree(TypedCodec.decode(tree, type)), differences);
        compare("", tree, Json.parseObject(TypedCodec.encode(TypedCodec.decode(Json.write(tree), type))), differences);
        assertThat(differences).isEmpty();
    }

    @Test
    void anEmptyListThatUpstreamWritesAsNullIsAnEmptyListHere() {
        Role role = TypedCodec.decode("{\"rules\":null}".getBytes(StandardCharsets.UTF_8), Role.class);
        assertThat(role.getRules()).isEmpty();
    }

    @Test
    void aTreeThatDoesNotFitIsAnErrorWithTheClassName() {
        assertThatThrownBy(() -> TypedCodec.decode(Map.of("spec", "text"), Pod.class))
                .isInstanceOf(TypedCodecException.class)
                .hasMessage("decode Pod");
    }

    private static void compare(String place, Object expected, Object actual, List<String> out) {
        if (expected instanceof Map<?, ?> e && actual instanceof Map<?, ?> a) {
            for (Object key : e.keySet()) compare(place + "." + key, e.get(key), a.get(key), out);
        } else if (expected instanceof List<?> e && actual instanceof List<?> a && e.size() == a.size()) {
            for (int i = 0; i < e.size(); i++) compare(place + "[]", e.get(i), a.get(i), out);
        } else if (!Trees.deepEquals(expected, actual)) {
            out.add(place + ": " + Json.writeString(expected) + " became " + Json.writeString(actual));
        }
    }
}
