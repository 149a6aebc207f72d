package io.k8j.model.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartialJsonTest {
    private static final Set<String> SHALLOW = Set.of("metadata", "spec");

    private static Map<String, Object> read(String text) {
        return PartialJson.read(text.getBytes(StandardCharsets.UTF_8), SHALLOW);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"kind\":\"Pod\"}",
                "{\"metadata\":{},\"spec\":{},\"status\":{}}",
                "{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"y\"},\"finalizers\":[\"f\"]},\"spec\":{\"a\":[]}}",
                "{\"spec\":{\"n\":-1.5e3,\"t\":true,\"f\":false,\"z\":null,\"s\":\"ä\\\"}{][,\",\"o\":{\"a\":\"}\"}}}",
                "{\"spec\":{\"containers\":[{\"name\":\"a\\\\\",\"args\":[\"]\",\"{\"]}],\"nodeName\":\"n\"},\"x\":[1,2]}",
                "{\"spec\":\"no object\",\"metadata\":null,\"status\":{\"deep\":{\"er\":[{}]}}}",
                "{\"a\\u0062c\":1,\"spec\":{\"a\\nb\":{\"c\":1}}}",
                "{ \"spec\" : { \"a\" : [ 1 ] } }"
            })
    void isWrittenAsIfItHadBeenReadCompletely(String text) {
        byte[] whole = Json.write(Json.parseObject(text));
        assertThat(Json.write(read(text))).isEqualTo(whole);
        assertThat(Json.writeSorted(read(text))).isEqualTo(Json.writeSorted(Json.parseObject(text)));
    }

    @Test
    void leavesListsAndObjectsBelowShallowFieldsAsBytes() {
        Map<String, Object> tree =
                read("{\"spec\":{\"a\":[1],\"b\":{\"c\":2},\"d\":\"e\",\"f\":[]},\"status\":{\"a\":[1]}}");
        assertThat(Trees.get(tree, "spec", "a")).isInstanceOf(RawJson.class).hasToString("[1]");
        assertThat(((RawJson) Trees.get(tree, "spec", "b")).parse()).isEqualTo(Map.of("c", 2L));
        assertThat(Trees.string(tree, "spec", "d")).isEqualTo("e");
        assertThat(Trees.list(tree, "spec", "f")).isEmpty();
        assertThat(Trees.list(tree, "status", "a")).containsExactly(1L);
    }

    @Test
    void canBeChanged() {
        Map<String, Object> tree = read("{\"spec\":{\"a\":[1]},\"status\":{\"b\":[]}}");
        Trees.set(tree, "n", "spec", "nodeName");
        Trees.set(tree, "c", "status", "b");
        assertThat(new String(Json.write(tree), StandardCharsets.UTF_8))
                .isEqualTo("{\"spec\":{\"a\":[1],\"nodeName\":\"n\"},\"status\":{\"b\":\"c\"}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"spec\":{\"a\":[1}", "{\"spec\":{\"a\"", "{\"spec\"", "{\"a\":1,}"})
    void refusesWhatIsNoObjectAsTheWholeReaderDoes(String text) {
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> read(text)).isInstanceOf(RuntimeException.class);
    }
}
