package io.k8j.apiserver.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The form in which upstream's messages show objects, and what they say differs. */
class InternalFormTest {
    private static Map<String, Object> tree(String json) {
        return Json.parseObject(json.replace('\'', '"'));
    }

    private static String shown(String type, String json) {
        return Json.writeString(InternalForm.of(type, tree(json)));
    }

    @Test
    void everyFieldIsThereUnderGosNameWithItsZeroValue() {
        assertThat(shown("PersistentVolumeClaimSpec", "{'resources': {'requests': {'storage': '1Gi'}}}"))
                .isEqualTo("{\"AccessModes\":null,\"Selector\":null,\"Resources\":{\"Limits\":null,\"Requests\":{"
                        + "\"storage\":\"1Gi\"}},\"VolumeName\":\"\",\"StorageClassName\":null,\"VolumeMode\":null,"
                        + "\"DataSource\":null,\"DataSourceRef\":null,\"VolumeAttributesClassName\":null}");
        assertThat(shown("Taint", "{'key': 'k', 'effect': 'NoExecute'}"))
                .isEqualTo("{\"Key\":\"k\",\"Value\":\"\",\"Effect\":\"NoExecute\",\"TimeAdded\":null}");
    }

    @Test
    void whatIsOfTheWholePodOutsideIsInItsSecurityContextInside() {
        assertThat(shown("PodSpec", "{'hostNetwork': true, 'hostUsers': false}"))
                .contains("\"SecurityContext\":{\"HostNetwork\":true,\"HostPID\":false,\"HostIPC\":false,"
                        + "\"ShareProcessNamespace\":null,\"HostUsers\":false,\"SELinuxOptions\":null,");
    }

    @Test
    void sourcesAndHandlersAreSpreadOutAndMetadataKeepsItsNames() {
        assertThat(shown(
                        "PodTemplateSpec",
                        "{'metadata': {'labels': {'a': 'b'}}, 'spec': {'volumes': [{'name': 'v',"
                                + " 'emptyDir': {}}]}}"))
                .startsWith(
                        "{\"labels\":{\"a\":\"b\"},\"Spec\":{\"Volumes\":[{\"Name\":\"v\",\"HostPath\":null,\"EmptyDir\":"
                                + "{\"Medium\":\"\",\"SizeLimit\":null},\"GCEPersistentDisk\":null,");
    }

    @Test
    void aDifferenceHasThreeLinesAroundItAndFarOnesHaveTheirOwnHunks() {
        List<String> before =
                IntStream.rangeClosed(1, 20).mapToObj(String::valueOf).toList();
        List<String> after = new ArrayList<>(before);
        after.set(1, "two");
        after.remove("18");
        assertThat(UnifiedDiff.of(before, after))
                .isEqualTo(
                        "@@ -1,5 +1,5 @@\n 1\n-2\n+two\n 3\n 4\n 5\n@@ -15,6 +15,5 @@\n 15\n 16\n 17\n-18\n 19\n 20\n");
        assertThat(UnifiedDiff.of(before, before)).isEmpty();
        assertThat(UnifiedDiff.of(List.of(), List.of("a"))).isEqualTo("@@ -0,0 +1 @@\n+a\n");
    }

    @Test
    void aDifferenceTurnsOneTextIntoTheOther() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            List<String> before = random.ints(random.nextInt(300), 0, 40)
                    .mapToObj(String::valueOf)
                    .toList();
            List<String> after = new ArrayList<>(before);
            for (int i = random.nextInt(10); i > 0; i--) {
                after.add(random.nextInt(after.size() + 1), "x" + random.nextInt(5));
                after.remove(random.nextInt(after.size()));
            }
            assertThat(applied(before, UnifiedDiff.of(before, after))).isEqualTo(after);
        }
    }

    private static List<String> applied(List<String> before, String diff) {
        List<String> out = new ArrayList<>();
        int at = 0;
        for (String line : diff.lines().toList()) {
            if (line.startsWith("@@")) {
                String[] range = line.substring(4, line.indexOf(" +")).split(",");
                int from = Integer.parseInt(range[0]) - (range.length == 2 && range[1].equals("0") ? 0 : 1);
                while (at < from) out.add(before.get(at++));
            } else if (line.startsWith("+")) {
                out.add(line.substring(1));
            } else {
                assertThat(line.substring(1)).isEqualTo(before.get(at++));
                if (line.startsWith(" ")) out.add(line.substring(1));
            }
        }
        while (at < before.size()) out.add(before.get(at++));
        return out;
    }

    @Test
    void textsThatHaveNothingInCommonButAreLongCostLittle() {
        List<String> before = new ArrayList<>(Collections.nCopies(30_000, "a"));
        List<String> after = new ArrayList<>(Collections.nCopies(30_000, "b"));
        for (int i = 0; i < 30_000; i += 2) {
            before.set(i, "c" + i % 500);
            after.set(i, "c" + i % 498);
        }
        assertThat(applied(before, UnifiedDiff.of(before, after))).isEqualTo(after);
    }
}
