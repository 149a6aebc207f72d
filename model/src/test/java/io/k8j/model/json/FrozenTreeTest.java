package io.k8j.model.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FrozenTreeTest {
    private static final String TEXT = "{\"b\":[{\"z\":1,\"y\":\"\\u003c\"}],\"a\":{\"k\":null,\"f\":true}}";

    private final Map<String, Object> tree = Json.parseObject(TEXT);
    private final FrozenTree frozen = new FrozenTree(tree);

    @Test
    void itSaysAndIsWrittenWhatItWasMadeOf() {
        assertThat(frozen).isEqualTo(tree).hasSameHashCodeAs(tree);
        assertThat(Json.write(Map.of("x", frozen))).isEqualTo(Json.write(Map.of("x", tree)));
        assertThat(Trees.get(frozen, "a", "f")).isEqualTo(true);
        assertThat(frozen.containsKey("c")).isFalse();
    }

    @Test
    void nobodyChangesItButACopy() {
        tree.put("c", 1L);
        Trees.map(tree, "a").put("k", 2L);
        assertThat(frozen).isEqualTo(Json.parseObject(TEXT));
        assertThatThrownBy(() -> frozen.put("c", 1L)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Trees.map(frozen, "a").put("k", 1L)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Trees.list(frozen, "b").clear()).isInstanceOf(UnsupportedOperationException.class);
        Map<String, Object> copy = Trees.deepCopy((Map<String, Object>) frozen);
        Trees.map(copy, "a").put("k", 1L);
        assertThat(Json.writeString(Map.of("x", copy))).contains("\"k\":1");
    }
}
