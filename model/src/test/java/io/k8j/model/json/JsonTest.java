package io.k8j.model.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

public class JsonTest {
    record Fault(String text, String words) {}

    static Stream<Fault> faults() {
        return Stream.of(
                new Fault("", "unexpected end of JSON input"),
                new Fault("{", "unexpected end of JSON input"),
                new Fault("{\"a\":1", "unexpected end of JSON input"),
                new Fault("{}}", "invalid character '}' after top-level value"),
                new Fault("{,}", "invalid character ',' looking for beginning of object key string"),
                new Fault("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
                new Fault("{\"a\" 1}", "invalid character '1' after object key"),
                new Fault("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair"),
                new Fault("[1 2]", "invalid character '2' after array element"),
                new Fault("[1,]", "invalid character ']' looking for beginning of value"),
                new Fault("kind: Pod", "invalid character 'k' looking for beginning of value"),
                new Fault("'a'", "invalid character '\\'' looking for beginning of value"),
                new Fault("tru ", "invalid character ' ' in literal true (expecting 'e')"),
                new Fault("[01]", "invalid character '1' after array element"),
                new Fault("-x", "invalid character 'x' in numeric literal"),
                new Fault("1.x", "invalid character 'x' after decimal point in numeric literal"),
                new Fault("1ex", "invalid character 'x' in exponent of numeric literal"),
                new Fault("\"a\nb\"", "invalid character '\\n' in string literal"),
                new Fault("\"\\q\"", "invalid character 'q' in string escape code"),
                new Fault("\"\\u00g0\"", "invalid character 'g' in \\u hexadecimal character escape"),
                new Fault("[".repeat(20_000), "exceeded max depth"),
                new Fault("1e999", "json: cannot unmarshal number 1e999 into Go value of type float64"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void saysWhatIsWrongInUpstreamsWords(Fault fault) {
        assertThatThrownBy(() -> Json.parse(fault.text()))
                .as(fault.text().substring(0, Math.min(20, fault.text().length())))
                .isInstanceOf(JsonException.class)
                .hasMessage(fault.words());
    }

    @Test
    void reportsDuplicateKeysWithTheirPathOnce() {
        List<String> found = new ArrayList<>();
        String text =
                "{\"spec\":{\"replicas\":1,\"replicas\":2,\"replicas\":3,\"c\":[{},{\"image\":1,\"image\":2}]},\"spec\":null}";
        Object tree = Json.parse(text.getBytes(StandardCharsets.UTF_8), found::add);
        assertThat(found)
                .containsExactly(
                        "duplicate field \"spec.replicas\"",
                        "duplicate field \"spec.c[1].image\"",
                        "duplicate field \"spec\"");
        assertThat(Trees.map(tree)).containsEntry("spec", null);
    }

    @Test
    void problemsComeInTheOrderOfTheText() {
        byte[] text = "{\"a\":1,\"spec\":[{\"u\":1,\"b\":1,\"v\":1,\"b\":2}],\"a\":2}".getBytes(StandardCharsets.UTF_8);
        assertThat(ProblemOrder.of(
                        text,
                        List.of(
                                "other words",
                                "duplicate field \"spec[0].b\"",
                                "duplicate field \"a\"",
                                "unknown field \"spec[0].u\"",
                                "unknown field \"spec[0].v\"")))
                .containsExactly(
                        "unknown field \"spec[0].u\"",
                        "unknown field \"spec[0].v\"",
                        "duplicate field \"spec[0].b\"",
                        "duplicate field \"a\"",
                        "other words");
    }

    @Test
    void problemsMayBeAtNamesThatAreEmptyOrLookLikeAnIndex() {
        byte[] text = "{\"a\":[{\"\":1,\"[b\":1,\"\":{\"[c\":2}}],\"\":3}".getBytes(StandardCharsets.UTF_8);
        List<String> problems = List.of(
                "unknown field \"a[0].[b\"",
                "duplicate field \"a[0].\"",
                "unknown field \"a[0]..[c\"",
                "unknown field \"\"");
        assertThat(ProblemOrder.of(text, problems.reversed())).isEqualTo(problems);
    }

    @Test
    void replacesBytesThatAreNotUtf8() {
        byte[] text = {'"', 'a', (byte) 0xff, 'b', '"'};
        assertThat(Json.parse(text)).isEqualTo("a\ufffdb");
    }

    @Test
    void replacesHalvesOfSurrogatePairs() {
        assertThat(Json.parse("{\"\\ud800\":\"a\\udc00b\\uD83D\\uDE00\\ud83d\"}"))
                .isEqualTo(Map.of("\ufffd", "a\ufffdb\ud83d\ude00\ufffd"));
        assertThat(Json.parse("\"\\\\ud800\"")).isEqualTo("\\ud800");
    }

    @Test
    void refusesWhatIsNestedTooDeeply() {
        String deep = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);
        assertThat(Json.parse(deep)).isInstanceOf(List.class);
        assertThatThrownBy(() -> Json.parse("[" + deep + "]"))
                .isInstanceOf(JsonException.class)
                .hasMessage("exceeded max depth");
    }

    @Test
    void keepsNumbersExactly() {
        assertThat(Json.parse("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(Json.parse("9223372036854775808")).isEqualTo(new BigInteger("9223372036854775808"));
        assertThat(Json.parse("1.5")).isEqualTo(1.5);
        assertThat(Json.parse("0.12345678901234567891")).isEqualTo(new BigDecimal("0.12345678901234567891"));
        assertThat(Json.parse("1e-400")).isEqualTo(0.0);
    }

    @Test
    void writesNumbersInTheirShortestForm() {
        assertThat(Json.writeString(List.of(1.0, 0.5, 1e21, 1e20, 1e-7, 1e-6, -2.5e-10, 123456789012345680.0)))
                .isEqualTo("[1,0.5,1e+21,100000000000000000000,1e-7,0.000001,-2.5e-10,123456789012345680]");
        assertThatThrownBy(() -> Json.write(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Json.write(new Object())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writesAllKindsOfCharacters() {
        String odd = "a\"\\\n\r\t\b\f\u0001\u007f\u00e9\u4e2d\ud83d\ude00\u2028<&>";
        assertThat(Json.parse(Json.write(odd))).isEqualTo(odd);
        assertThat(Json.writeString("\ud800x")).isEqualTo("\"\ufffdx\"");
    }

    @Test
    void sortsKeysOnDemand() {
        Object tree = Json.parse("{\"b\":1,\"a\":{\"d\":1,\"c\":2}}");
        assertThat(Json.writeString(tree)).isEqualTo("{\"b\":1,\"a\":{\"d\":1,\"c\":2}}");
        assertThat(new String(Json.writeSorted(tree), StandardCharsets.UTF_8))
                .isEqualTo("{\"a\":{\"c\":2,\"d\":1},\"b\":1}");
    }

    @Test
    void refusesStreamsBeyondTheLimit() throws Exception {
        byte[] text = "[1,2,3]".getBytes(StandardCharsets.UTF_8);
        assertThat(Json.parse(new ByteArrayInputStream(text), 7)).isEqualTo(List.of(1L, 2L, 3L));
        assertThatThrownBy(() -> Json.parse(new ByteArrayInputStream(text), 6))
                .isInstanceOf(JsonTooLargeException.class);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Json.write(List.of(1L, 2L, 3L), out);
        assertThat(out.toByteArray()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void readsBackWhatItWrites(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            Object tree = randomTree(random, 5);
            byte[] bytes = Json.write(tree);
            Object back = Json.parse(bytes);
            assertThat(Trees.deepEquals(tree, back))
                    .as("seed %d: %s", seed, tree)
                    .isTrue();
            assertThat(Json.write(back)).isEqualTo(bytes);
        }
    }

    /** Any tree, for the tests of this module. */
    public static Object randomTree(Random random, int depth) {
        int kind = random.nextInt(depth > 0 ? 9 : 7);
        return switch (kind) {
            case 0 -> random.nextLong() >> random.nextInt(64);
            case 1 -> random.nextDouble() * Math.pow(10, random.nextInt(60) - 30);
            case 2 -> random.nextBoolean();
            case 3 -> null;
            case 4 -> new BigInteger(100, random);
            case 5, 6 -> {
                StringBuilder s = new StringBuilder();
                int n = random.nextInt(12);
                for (int i = 0; i < n; i++) s.appendCodePoint(codePoint(random));
                yield s.toString();
            }
            case 7 -> {
                List<Object> list = new ArrayList<>();
                int n = random.nextInt(5);
                for (int i = 0; i < n; i++) list.add(randomTree(random, depth - 1));
                yield list;
            }
            default -> {
                Map<String, Object> map = new LinkedHashMap<>();
                int n = random.nextInt(5);
                for (int i = 0; i < n; i++) map.put("k" + random.nextInt(20), randomTree(random, depth - 1));
                yield map;
            }
        };
    }

    private static int codePoint(Random random) {
        int c = random.nextInt(4) == 0 ? random.nextInt(0x11000) : random.nextInt(0x80);
        return c >= 0xd800 && c < 0xe000 ? 'x' : c;
    }
}
