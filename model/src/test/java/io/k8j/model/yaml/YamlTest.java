package io.k8j.model.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.JsonTest;
import io.k8j.model.json.Trees;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTest {
    record Case(String name, String yaml, String json) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "maps and lists",
                        "a:\n- b: 1\n  c: [x, {k: z}]\n",
                        "{\"a\":[{\"b\":1,\"c\":[\"x\",{\"k\":\"z\"}]}]}"),
                new Case("booleans of 1.1", "[yes, No, on, OFF, y, true]", "[true,false,true,false,true,true]"),
                new Case("nulls", "[~, null, Null, '']", "[null,null,null,\"\"]"),
                new Case(
                        "whole numbers", "[1, -2, +3, 0x1f, 0b11, 017, 0o17, 1_000, 08]", "[1,-2,3,31,3,15,15,1000,8]"),
                new Case("fractions", "[1.5, 1.0, 1e3, .5, 1.e1]", "[1.5,1,1000,0.5,10]"),
                new Case("large numbers", "[18446744073709551615]", "[18446744073709551615]"),
                new Case(
                        "dates stay strings",
                        "[2001-01-01, 2001-01-01T00:00:00Z]",
                        "[\"2001-01-01\",\"2001-01-01T00:00:00Z\"]"),
                new Case("quoted words", "['yes', \"1\", !!str 2]", "[\"yes\",\"1\",\"2\"]"),
                new Case(
                        "keys become strings", "{1: a, true: b, 1.5: c}", "{\"1\":\"a\",\"true\":\"b\",\"1.5\":\"c\"}"),
                new Case("aliases", "a: &x {b: 1}\nc: *x\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}"),
                new Case(
                        "merge keys",
                        "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n",
                        "{\"a\":{\"b\":1,\"c\":2},\"d\":{\"c\":3,\"b\":1}}"),
                new Case("binary", "!!binary aGk=", "\"hi\""),
                new Case("blocks", "a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}"),
                new Case("json", "{\"a\": [1, \"b\\n\"]}", "{\"a\":[1,\"b\\n\"]}"),
                new Case("only the first document", "a: 1\n---\nb: 2\n", "{\"a\":1}"),
                new Case("nothing", "# nothing\n", "null"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            quoteCharacter = '#',
            value = {
                "a: b: c|mapping values are not allowed in this context",
                "x~a: b: c|line 2: mapping values are not allowed in this context",
                "x: {a: b~y: c}|line 1: did not find expected ',' or '}'",
                "a: [1}|did not find expected ',' or ']'",
                "a:~\tb: c|line 2: found character that cannot start any token",
                "a: \"x~y|line 2: found unexpected end of stream",
                "a: `x|found character that cannot start any token",
                "- a~b: c|line 1: did not find expected '-' indicator",
                "a: b~- c|line 1: did not find expected key",
                "a: - b|block sequence entries are not allowed in this context",
                "{\"a\": 1,,}|did not find expected node content",
                "key: [a, b~other: c|line 1: did not find expected ',' or ']'",
                "a: 1~b~c: 2|line 3: could not find expected ':'"
            })
    void faultsAreToldInUpstreamsWords(String text, String words) {
        assertThatThrownBy(() -> Yaml.parse(text.replace('~', '\n')))
                .isInstanceOf(JsonException.class)
                .hasMessage("yaml: " + words);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void readsAsUpstream(Case c) {
        assertThat(Json.writeString(Yaml.parse(c.yaml()))).isEqualTo(c.json());
    }

    @Test
    void readsSeveralDocuments() {
        byte[] text = "---\na: 1\n---\n---\nb: 2\n...\n".getBytes(StandardCharsets.UTF_8);
        assertThat(Json.writeString(Yaml.parseAll(text))).isEqualTo("[{\"a\":1},{\"b\":2}]");
    }

    @Test
    void reportsDuplicateKeysAndTakesTheLast() {
        List<String> found = new ArrayList<>();
        Object tree = Yaml.parse("a: 1\nb: 2\na: 3\n".getBytes(StandardCharsets.UTF_8), found::add);
        assertThat(found).containsExactly("line 3: key \"a\" already set in map");
        assertThat(Trees.integer(tree, "a")).isEqualTo(3);
    }

    @Test
    void anEscapeThatTheTextEndsInIsNoYaml() {
        for (String text : List.of("\"\\u", "{\"a\": \"\\u", "\"\\x", "\"\\U0000", "\"\\uzz\"", "\"\\")) {
            assertThatThrownBy(() -> Yaml.parse(text)).as(text).isInstanceOf(JsonException.class);
        }
    }

    @Test
    void refusesBombsAndNonsense() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 10; i++) {
            bomb.append("a" + i + ": &a" + i + " [")
                    .append(("*a" + (i - 1) + ",").repeat(9))
                    .append("*a" + (i - 1) + "]\n");
        }
        assertThatThrownBy(() -> Yaml.parse(bomb.toString())).hasMessage("yaml: document contains excessive aliasing");
        assertThatThrownBy(() -> Yaml.parse("a: &x [*x]")).hasMessage("yaml: anchor 'x' value contains itself");
        assertThatThrownBy(() -> Yaml.parse("a: *x")).hasMessage("yaml: unknown anchor 'x' referenced");
        assertThatThrownBy(() -> Yaml.parse("[".repeat(5000))).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> Yaml.parse("a: b: c"))
                .isInstanceOf(JsonException.class)
                .hasMessage("yaml: mapping values are not allowed in this context");
        assertThatThrownBy(() -> Yaml.parse("a:\n  b: \"\\ud800\""))
                .hasMessage("yaml: line 2: found invalid Unicode character escape code");
        assertThatThrownBy(() -> Yaml.parse(".inf")).hasMessage("json: unsupported value: +Inf");
        assertThatThrownBy(() -> Yaml.parse("!!javax.script.ScriptEngineManager [x]\n: y"))
                .isInstanceOf(JsonException.class);
    }

    @Test
    void writesLikeKubectl() {
        String json = """
            {"kind":"Pod","metadata":{"creationTimestamp":"2026-01-01T00:00:00Z","annotations":{"a":"true","b":"1"},
            "labels":{}},"spec":{"containers":[{"name":"c","args":["-c","x: y","# no","","multi\\nline","end\\n"," lead"],
            "ports":[]}],"nested":[[1,2],["a"]]},"status":{"n":null,"f":0.5,"t":"it's","u":"\\u00e9\\t",
            "message":"0/3 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate."}}
            """;
        assertThat(Yaml.writeString(Json.parse(json))).isEqualTo("""
            kind: Pod
            metadata:
              annotations:
                a: "true"
                b: "1"
              creationTimestamp: "2026-01-01T00:00:00Z"
              labels: {}
            spec:
              containers:
              - args:
                - -c
                - 'x: y'
                - '# no'
                - ""
                - |-
                  multi
                  line
                - |
                  end
                - ' lead'
                name: c
                ports: []
              nested:
              - - 1
                - 2
              - - a
            status:
              f: 0.5
              message: '0/3 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master:
                }, that the pod didn''t tolerate.'
              "n": null
              t: it's
              u: "é\\t"
            """);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void readsBackWhatItWrites(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 150; i++) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("v", JsonTest.randomTree(random, 5));
            tree.put(words(random), words(random));
            String text = Yaml.writeString(tree);
            assertThat(Trees.deepEquals(Yaml.parse(text), tree))
                    .as("seed %d:\n%s", seed, text)
                    .isTrue();
        }
    }

    private static String words(Random random) {
        String[] parts = {
            " ", "a", ": ", "#", " #", "\n", "'", "\"", "-", "- ", "0", "yes", "12:30", "\t", "word ", "{", "…"
        };
        StringBuilder text = new StringBuilder();
        int n = random.nextInt(40);
        for (int i = 0; i < n; i++) text.append(parts[random.nextInt(parts.length)]);
        return text.toString();
    }

    /** One value of two megabytes once took gigabytes of copies. */
    @Test
    void longValuesCostNoMoreThanTheirLength() {
        byte[] text = ("a: \"" + "x".repeat(2_000_000) + "\"").getBytes(StandardCharsets.UTF_8);
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        Object parsed = Yaml.parse(text);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(Trees.string(Trees.asMap((Map<?, ?>) parsed), "a")).hasSize(2_000_000);
        assertThat(allocated).isLessThan(100L * text.length);
    }
}
