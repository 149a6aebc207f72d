package io.k8j.model.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recorded answers of upstream 1.20, compared place by place; each accepted difference has its reason. */
class DefaulterTest {
    record Case(String name, Map<String, Object> input, Map<String, Object> output) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Places where the answer has more or other than defaulting, with who did it. */
    private static final Map<String, String> EXPLAINED = Map.ofEntries(
            Map.entry("\\.metadata\\.(finalizers|annotations)(\\..*)?", "admission and strategies"),
            Map.entry(
                    "\\.metadata\\.labels|\\.spec\\.template\\.metadata\\.labels|\\.spec\\.selector", "job's strategy"),
            Map.entry("\\.status\\.(phase|qosClass)", "strategies"),
            Map.entry(
                    "\\.spec\\.(serviceAccount|serviceAccountName|priority|preemptionPolicy|tolerations|taints)",
                    "admission"),
            Map.entry("\\.spec\\.volumes|\\.spec\\.(c|initC)ontainers\\[]\\.volumeMounts", "service account admission"),
            Map.entry("\\.spec\\.containers\\[]\\.resources\\.(requests|limits)", "limit range admission"),
            Map.entry("\\.spec\\.(clusterIPs?|healthCheckNodePort)|\\.spec\\.ports\\[]\\.nodePort", "allocation"),
            Map.entry("\\.spec\\.(internalTrafficPolicy|allocateLoadBalancerNodePorts)", "newer than 1.20"),
            Map.entry("\\.spec\\.(suspend|completionMode|podReplacementPolicy|manualSelector)", "newer than 1.20"),
            Map.entry("\\.spec\\.(requiresRepublish|storageCapacity|seLinuxMount)", "newer than 1.20"),
            Map.entry(
                    "\\.spec\\.persistentVolumeClaimRetentionPolicy|\\.status\\.availableReplicas", "newer than 1.20"),
            Map.entry("\\.spec\\.updateStrategy\\.rollingUpdate\\.maxSurge", "newer than 1.20"));

    static Stream<Case> cases() throws IOException {
        try (InputStream in = DefaulterTest.class.getResourceAsStream("defaulting.jsonl")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .map(Json::parseObject)
                            .map(line -> new Case(
                                    Trees.string(line, "name"), Trees.map(line, "input"), Trees.map(line, "output")))
                            .toList()
                            .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fillsWhatUpstreamFills(Case c) {
        Schema schema = Schemas.kind(
                GroupVersionKind.of(Trees.string(c.input(), "apiVersion"), Trees.string(c.input(), "kind")));
        Map<String, Object> object = StrictDecoder.decode(schema, c.input()).object();
        Defaulter.apply(schema, object);
        Map<String, Object> actual = Canonical.of(schema, object);
        List<String> differences = new ArrayList<>();
        compare("", c.output(), actual, differences);
        assertThat(differences).isEmpty();
    }

    private static void compare(String place, Object expected, Object actual, List<String> out) {
        if (expected instanceof Map<?, ?> e && actual instanceof Map<?, ?> a) {
            Map<Object, Object> keys = new TreeMap<>(e);
            keys.putAll(a);
            for (Object key : keys.keySet()) compare(place + "." + key, e.get(key), a.get(key), out);
        } else if (expected instanceof List<?> e && actual instanceof List<?> a && e.size() == a.size()) {
            for (int i = 0; i < e.size(); i++) compare(place + "[]", e.get(i), a.get(i), out);
        } else if (!Trees.deepEquals(expected, actual)
                && EXPLAINED.keySet().stream().noneMatch(place::matches)) {
            out.add(place + ": upstream " + Json.writeString(expected) + ", here " + Json.writeString(actual));
        }
    }
}
