package io.k8j.model.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.SampleSchemas;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.patch.Loose;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManagedFieldsTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00.5Z");

    /** What a server stored for a new Deployment, defaults included. */
    static final String DEPLOYMENT = """
        {"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"pd","namespace":"rec","uid":"u","generation":1,
        "creationTimestamp":"2026-11-23T07:30:57Z","labels":{"app":"pd"}},"spec":{"replicas":0,
        "selector":{"matchLabels":{"app":"pd"}},"template":{"metadata":{"labels":{"app":"pd"}},
        "spec":{"volumes":[{"name":"v","emptyDir":{}}],"containers":[{"name":"a","image":"i:1",
        "ports":[{"containerPort":80,"protocol":"TCP"}],"env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}],
        "resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
        "imagePullPolicy":"IfNotPresent"},{"name":"b","image":"i:1","resources":{},
        "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
        "imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,
        "dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}},
        "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},
        "revisionHistoryLimit":10,"progressDeadlineSeconds":600},"status":{}}
        """;

    /** The managed fields that upstream recorded for it. */
    private static final String RECORDED = """
        {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:progressDeadlineSeconds":{},"f:replicas":{},
        "f:revisionHistoryLimit":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},
        "f:maxUnavailable":{}},"f:type":{}},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},
        "f:spec":{"f:containers":{"k:{\\"name\\":\\"a\\"}":{".":{},"f:env":{".":{},"k:{\\"name\\":\\"X\\"}":{".":{},
        "f:name":{},"f:value":{}},"k:{\\"name\\":\\"Y\\"}":{".":{},"f:name":{},"f:value":{}}},"f:image":{},
        "f:imagePullPolicy":{},"f:name":{},"f:ports":{".":{},"k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},
        "f:containerPort":{},"f:protocol":{}}},"f:resources":{},"f:terminationMessagePath":{},
        "f:terminationMessagePolicy":{}},"k:{\\"name\\":\\"b\\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},
        "f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},
        "f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{},
        "f:volumes":{".":{},"k:{\\"name\\":\\"v\\"}":{".":{},"f:emptyDir":{},"f:name":{}}}}}}}
        """;

    private static Map<String, Object> write(
            Schema schema, Map<String, Object> live, Map<String, Object> updated, String manager, int second) {
        Map<String, Object> result = Trees.deepCopy(updated);
        List<Object> fields = ManagedFields.afterUpdate(
                live, updated, schema, manager, "v1", "", T0.plusSeconds(second), ManagedFields.resetFields("status"));
        if (fields.isEmpty()) Trees.remove(result, "metadata", "managedFields");
        else Trees.set(result, fields, "metadata", "managedFields");
        return result;
    }

    private static Map<String, Object> configMap(String data) {
        return Loose.map("{apiVersion:v1,kind:ConfigMap,metadata:{name:a,uid:u},data:" + data + "}");
    }

    private static String owners(Map<String, Object> object) {
        List<String> lines = new ArrayList<>();
        for (Object entry : Trees.list(object, "metadata", "managedFields")) {
            lines.add(Trees.string(entry, "manager") + "@"
                    + Trees.string(entry, "time").substring(17, 19) + " "
                    + FieldSets.paths(Trees.map(entry, "fieldsV1")));
        }
        return String.join("; ", lines);
    }

    @Test
    void theCreatorOwnsAllFieldsAsRecorded() {
        Map<String, Object> created =
                write(SampleSchemas.DEPLOYMENT, null, Json.parseObject(DEPLOYMENT), "recorder", 0);
        List<Object> entries = Trees.list(created, "metadata", "managedFields");
        assertThat(entries).hasSize(1);
        assertThat(Json.writeString(Trees.get(entries.getFirst(), "fieldsV1")))
                .isEqualTo(Json.writeString(Json.parse(RECORDED)));
        assertThat(Json.writeString(entries.getFirst()))
                .startsWith("{\"manager\":\"recorder\",\"operation\":\"Update\",\"apiVersion\":\"v1\","
                        + "\"time\":\"2026-01-01T00:00:00Z\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:metadata\"");
    }

    @Test
    void theBuiltInSchemaGivesTheSame() {
        Schema schema = Schemas.kind(GroupVersionKind.of("apps/v1", "Deployment"));
        Map<String, Object> created = write(schema, null, Json.parseObject(DEPLOYMENT), "recorder", 0);
        Object entry = Trees.list(created, "metadata", "managedFields").getFirst();
        assertThat(Json.writeString(Trees.get(entry, "fieldsV1"))).isEqualTo(Json.writeString(Json.parse(RECORDED)));
    }

    @Test
    void subresourceWritesOfCountsLookLikeUpstreamsScale() {
        Map<String, Object> live = write(SampleSchemas.DEPLOYMENT, null, Json.parseObject(DEPLOYMENT), "x", 0);
        Map<String, Object> scaled = Trees.deepCopy(live);
        Trees.set(scaled, 3L, "spec", "replicas");
        List<Object> entries = ManagedFields.afterUpdate(
                live, scaled, SampleSchemas.DEPLOYMENT, "hpa", "apps/v1", "scale", T0.plusSeconds(5), null);
        assertThat(Json.writeString(entries.getLast()))
                .isEqualTo("{\"manager\":\"hpa\",\"operation\":\"Update\",\"apiVersion\":\"apps/v1\","
                        + "\"time\":\"2026-01-01T00:00:05Z\",\"fieldsType\":\"FieldsV1\","
                        + "\"fieldsV1\":{\"f:spec\":{\"f:replicas\":{}}},\"subresource\":\"scale\"}");
    }

    @Test
    void changedFieldsMoveToTheWriter() {
        Map<String, Object> v1 = write(SampleSchemas.CONFIG_MAP, null, configMap("{a:1,b:2}"), "x", 1);
        assertThat(owners(v1)).isEqualTo("x@01 [.data, .data.a, .data.b]");
        Map<String, Object> v2 = write(SampleSchemas.CONFIG_MAP, v1, configMap("{a:1,b:9,c:3}"), "y", 2);
        assertThat(owners(v2)).isEqualTo("x@01 [.data, .data.a]; y@02 [.data.b, .data.c]");
        Map<String, Object> v3 = write(SampleSchemas.CONFIG_MAP, v2, configMap("{b:9,c:3}"), "y", 3);
        assertThat(owners(v3)).as("a removal moves no time").isEqualTo("x@01 [.data]; y@02 [.data.b, .data.c]");
        Map<String, Object> v4 = write(SampleSchemas.CONFIG_MAP, v3, configMap("{b:9,c:3}"), "z", 4);
        assertThat(Trees.list(v4, "metadata", "managedFields"))
                .as("no change")
                .isEqualTo(Trees.list(v3, "metadata", "managedFields"));
    }

    @Test
    void clientsCanClearAndNothingIsTrackedAfterwards() {
        Map<String, Object> v1 = write(SampleSchemas.CONFIG_MAP, null, configMap("{a:1}"), "x", 1);
        for (String clearing : List.of("[]", "[{}]")) {
            Map<String, Object> cleared = configMap("{a:1}");
            Trees.set(cleared, Json.parse(clearing), "metadata", "managedFields");
            Map<String, Object> v2 = write(SampleSchemas.CONFIG_MAP, v1, cleared, "x", 2);
            assertThat(owners(v2)).isEmpty();
            assertThat(owners(write(SampleSchemas.CONFIG_MAP, v2, configMap("{a:2}"), "x", 3)))
                    .isEmpty();
        }
    }

    @Test
    void absentOrDamagedFieldsOfTheClientMeanTheStoredOnes() {
        Map<String, Object> v1 = write(SampleSchemas.CONFIG_MAP, null, configMap("{a:1}"), "x", 1);
        Map<String, Object> damaged = configMap("{a:1,b:2}");
        Trees.set(damaged, Json.parse("[{\"manager\":\"evil\"}]"), "metadata", "managedFields");
        assertThat(owners(write(SampleSchemas.CONFIG_MAP, v1, damaged, "y", 2)))
                .isEqualTo("x@01 [.data, .data.a]; y@02 [.data.b]");
        assertThat(ManagedFields.check(Trees.list(damaged, "metadata", "managedFields")))
                .isEqualTo("operation must be `Apply` or `Update`");
    }

    @Test
    void subresourcesHaveTheirOwnEntryAndResetFieldsAreNotOwned() {
        Map<String, Object> live = Json.parseObject(DEPLOYMENT);
        Trees.set(
                live,
                ManagedFields.afterUpdate(null, live, SampleSchemas.DEPLOYMENT, "x", "v1", "", T0, null),
                "metadata",
                "managedFields");
        Map<String, Object> updated = Trees.deepCopy(live);
        Trees.set(updated, 3L, "status", "replicas");
        Trees.set(updated, 7L, "spec", "replicas");
        List<Object> entries = ManagedFields.afterUpdate(
                live, updated, SampleSchemas.DEPLOYMENT, "kcm", "v1", "status", T0, ManagedFields.resetFields("spec"));
        assertThat(Json.writeString(entries.getFirst()))
                .isEqualTo("{\"manager\":\"kcm\",\"operation\":\"Update\",\"apiVersion\":\"v1\","
                        + "\"time\":\"2026-01-01T00:00:00Z\",\"fieldsType\":\"FieldsV1\","
                        + "\"fieldsV1\":{\"f:status\":{\"f:replicas\":{}}},\"subresource\":\"status\"}");
        assertThat(entries).hasSize(2);
    }

    @Test
    void theOldestUpdatersAreMergedWhenThereAreTooMany() {
        Map<String, Object> live = write(SampleSchemas.CONFIG_MAP, null, configMap("{k0:0}"), "m0", 0);
        StringBuilder data = new StringBuilder("{k0:0");
        for (int i = 1; i <= 12; i++) {
            data.append(",k").append(i).append(":0");
            live = write(SampleSchemas.CONFIG_MAP, live, configMap(data + "}"), "m" + i, i);
        }
        assertThat(Trees.list(live, "metadata", "managedFields")).hasSize(Owners.MAX_UPDATERS);
        assertThat(owners(live))
                .startsWith("ancient-changes@03 [.data, .data.k0, .data.k1, .data.k2, .data.k3]; m4@04");
    }
}
