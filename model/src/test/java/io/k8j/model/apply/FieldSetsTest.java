package io.k8j.model.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldSetsTest {
    private static Map<String, Object> set(String json) {
        return Json.parseObject(json);
    }

    @Test
    void sortsAsUpstream() {
        Map<String, Object> set = set("{\"k:{\\\"p\\\":443}\":{},\"f:b\":{\"f:x\":{},\".\":{}},\"k:{\\\"p\\\":80}\":{},"
                + "\"v:\\\"b\\\"\":{},\"v:\\\"a\\\"\":{},\"f:a\":{},\"i:10\":{},\"i:9\":{}}");
        assertThat(Json.writeString(FieldSets.sorted(set)))
                .isEqualTo("{\"f:a\":{},\"f:b\":{\".\":{},\"f:x\":{}},\"k:{\\\"p\\\":80}\":{},\"k:{\\\"p\\\":443}\":{},"
                        + "\"v:\\\"a\\\"\":{},\"v:\\\"b\\\"\":{},\"i:9\":{},\"i:10\":{}}");
    }

    @Test
    void readsOnlyWhatHasAMeaning() {
        assertThat(FieldSets.decode(set("{\"f:a\":{\"k:{\\\"b\\\": 1, \\\"a\\\":2}\":{}}}")))
                .isEqualTo(set("{\"f:a\":{\"k:{\\\"a\\\":2,\\\"b\\\":1}\":{}}}"));
        assertThat(FieldSets.decode(set("{\"a\":{}}"))).isNull();
        assertThat(FieldSets.decode(set("{\"k:x\":{}}"))).isNull();
        assertThat(FieldSets.decode(set("{\"f:a\":1}"))).isNull();
    }

    @Test
    void namesPathsAsMessagesDo() {
        assertThat(FieldSets.paths(
                        set("{\"f:spec\":{\"f:c\":{\"k:{\\\"name\\\":\\\"a\\\"}\":{\".\":{},\"f:image\":{}}},"
                                + "\"f:r\":{}},\"f:l\":{\"v:\\\"x\\\"\":{}}}")))
                .containsExactly(".l[=\"x\"]", ".spec.r", ".spec.c[name=\"a\"]", ".spec.c[name=\"a\"].image");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void behavesAsSetsOfPaths(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            Map<String, Object> a = randomSet(random);
            Map<String, Object> b = randomSet(random);
            TreeSet<String> union = new TreeSet<>(FieldSets.paths(a));
            union.addAll(FieldSets.paths(b));
            TreeSet<String> difference = new TreeSet<>(FieldSets.paths(a));
            difference.removeAll(FieldSets.paths(b));
            TreeSet<String> both = new TreeSet<>(FieldSets.paths(a));
            both.retainAll(FieldSets.paths(b));
            assertThat(new TreeSet<>(FieldSets.paths(FieldSets.union(a, b))))
                    .as("seed %d", seed)
                    .isEqualTo(union);
            assertThat(new TreeSet<>(FieldSets.paths(FieldSets.difference(a, b))))
                    .isEqualTo(difference);
            assertThat(new TreeSet<>(FieldSets.paths(FieldSets.intersection(a, b))))
                    .isEqualTo(both);
            TreeSet<String> above = new TreeSet<>(FieldSets.paths(a));
            List<String> dropped = new ArrayList<>(FieldSets.paths(b));
            above.removeIf(p -> dropped.stream().anyMatch(d -> p.equals(d) || p.startsWith(d + ".")));
            assertThat(new TreeSet<>(FieldSets.paths(FieldSets.recursiveDifference(a, b))))
                    .isEqualTo(above);
        }
    }

    private static Map<String, Object> randomSet(Random random) {
        Map<String, Object> set = FieldSets.EMPTY;
        int n = random.nextInt(8);
        for (int i = 0; i < n; i++) {
            StringBuilder path = new StringBuilder();
            int depth = 1 + random.nextInt(4);
            for (int d = 0; d < depth; d++) path.append(d == 0 ? "" : ".").append((char) ('a' + random.nextInt(3)));
            set = FieldSets.union(set, FieldSets.of(path.toString()));
        }
        return set;
    }
}
