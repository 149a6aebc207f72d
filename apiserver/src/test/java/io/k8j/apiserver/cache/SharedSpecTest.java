package io.k8j.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SharedSpecTest {
    private final SharedSpec spec =
            new SharedSpec(Json.parseObject("{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}"));

    private ApiObject pod(String name, long revision) {
        Map<String, Object> tree = Json.parseObject(
                "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\"},\"spec\":{}}".formatted(name));
        tree.put("spec", spec);
        return ObjectBytes.encode(tree, true).objectAt(revision);
    }

    @Test
    void modelsOfObjectsThatAreAlikeShareIt() {
        Pod first = pod("a", 1).as(Pod.class);
        ApiObject other = pod("b", 2);
        Pod second = other.as(Pod.class);
        assertThat(List.of(first, second))
                .extracting(p -> p.getMetadata().getName())
                .containsExactly("a", "b");
        assertThat(second.getMetadata().getResourceVersion()).isEqualTo("2");
        assertThat(second.getSpec()).isEqualTo(first.getSpec());
        Pod third = pod("c", 3).as(Pod.class);
        assertThat(List.of(second.getSpec(), first.getSpec())).anyMatch(known -> known == third.getSpec());
        assertThat(Trees.get(other.tree(), "spec")).isEqualTo(spec);
    }
}
