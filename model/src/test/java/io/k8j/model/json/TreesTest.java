package io.k8j.model.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreesTest {
    private static final Map<String, Object> POD = Json.parseObject(
            "{\"metadata\":{\"name\":\"a\",\"labels\":null},\"spec\":{\"n\":3,\"f\":2.0,\"b\":true,\"list\":[1]}}");

    @Test
    void readsWhatIsThereAndNothingElse() {
        assertThat(Trees.string(POD, "metadata", "name")).isEqualTo("a");
        assertThat(Trees.string(POD, "metadata", "name", "deeper")).isNull();
        assertThat(Trees.string(null, "metadata")).isNull();
        assertThat(Trees.string(POD, "spec", "n")).isNull();
        assertThat(Trees.integer(POD, "spec", "n")).isEqualTo(3);
        assertThat(Trees.integer(POD, "spec", "f")).isEqualTo(2);
        assertThat(Trees.isTrue(POD, "spec", "b")).isTrue();
        assertThat(Trees.map(POD, "metadata", "labels")).isEmpty();
        assertThat(Trees.list(POD, "spec", "list")).containsExactly(1L);
        assertThat(Trees.list(POD, "spec", "n")).isEmpty();
    }

    @Test
    void setsAndRemoves() {
        Map<String, Object> tree = new LinkedHashMap<>();
        Trees.set(tree, 1L, "a", "b", "c");
        assertThat(Trees.integer(tree, "a", "b", "c")).isEqualTo(1);
        assertThat(Trees.remove(tree, "a", "b", "c")).isEqualTo(1L);
        assertThat(Trees.remove(tree, "x", "y")).isNull();
        assertThat(Trees.map(tree, "a", "b")).isEmpty();
    }

    @Test
    void copiesShareNothing() {
        Map<String, Object> copy = Trees.deepCopy(POD);
        assertThat(Trees.deepEquals(copy, POD)).isTrue();
        Trees.list(copy, "spec", "list").add(2L);
        assertThat(Trees.list(POD, "spec", "list")).hasSize(1);
        assertThat(Trees.deepEquals(copy, POD)).isFalse();
    }

    @Test
    void comparesNumbersByValueAndTellsNullFromAbsent() {
        assertThat(Trees.deepEquals(Map.of("a", 1L), Map.of("a", 1.0))).isTrue();
        assertThat(Trees.deepEquals(List.of(1L), List.of(2L))).isFalse();
        assertThat(Trees.deepEquals("1", 1L)).isFalse();
        assertThat(Trees.deepEquals(Json.parse("{\"a\":null}"), Json.parse("{\"b\":null}")))
                .isFalse();
        assertThat(Trees.deepEquals(Json.parse("{\"a\":null}"), Json.parse("{}")))
                .isFalse();
    }
}
