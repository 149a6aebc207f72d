package io.k8j.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortedObjectsTest {
    private static final ApiObject NOTHING = ApiObject.ofJson(new byte[0]);

    private static CachedObject object(String key, long revision) {
        return new CachedObject(key, NOTHING, revision, Map.of());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void behavesLikeASortedMapAndKeepsOldStates(long seed) {
        Random random = new Random(seed);
        SortedObjects objects = SortedObjects.EMPTY;
        NavigableMap<String, Long> model = new TreeMap<>();
        SortedObjects remembered = objects;
        NavigableMap<String, Long> rememberedModel = new TreeMap<>();
        for (int i = 1; i <= 20_000; i++) {
            String key = "k" + random.nextInt(3000);
            if (random.nextInt(100) < (i > 12_000 ? 70 : 35)) {
                objects = objects.without(key);
                model.remove(key);
            } else {
                objects = objects.with(object(key, i));
                model.put(key, (long) i);
            }
            if (i == 7000) {
                remembered = objects;
                rememberedModel = new TreeMap<>(model);
            }
            if (i % 1000 == 0) same(objects, model, "k" + random.nextInt(3000));
        }
        same(remembered, rememberedModel, "k1");
    }

    @Test
    void risingKeysFillTheirLeaves() {
        SortedObjects objects = SortedObjects.EMPTY;
        for (int i = 0; i < 1000; i++) objects = objects.with(object("k%04d".formatted(i), i));
        assertThat(objects.size()).isEqualTo(1000);
        assertThat(objects.countBefore("k0500")).isEqualTo(500);
    }

    private static void same(SortedObjects objects, NavigableMap<String, Long> model, String probe) {
        List<String> keys = new ArrayList<>();
        objects.visit("", null, o -> keys.add(o.key()));
        assertThat(keys).containsExactlyElementsOf(model.keySet());
        assertThat(objects.size()).isEqualTo(model.size());
        assertThat(objects.countBefore(probe)).isEqualTo(model.headMap(probe).size());
        List<String> tail = new ArrayList<>();
        objects.visit(probe, "k9", o -> tail.add(o.key()));
        assertThat(tail)
                .containsExactlyElementsOf(
                        probe.compareTo("k9") < 0 ? model.subMap(probe, "k9").keySet() : List.of());
        CachedObject found = objects.get(probe);
        assertThat(found == null ? null : found.revision()).isEqualTo(model.get(probe));
    }
}
