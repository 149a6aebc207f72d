package io.k8j.model.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.SampleSchemas;
import io.k8j.model.apply.ApplyResult.Applied;
import io.k8j.model.apply.ApplyResult.Cause;
import io.k8j.model.apply.ApplyResult.Conflicts;
import io.k8j.model.apply.ApplyResult.Rejected;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.patch.Loose;
import io.k8j.model.schema.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerSideApplyTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    /** One object and its history. */
    private static final class Server {
        final Schema schema;
        final String apiVersion;
        final String kind;
        Map<String, Object> live;
        int second;

        Server(Schema schema, String apiVersion, String kind) {
            this.schema = schema;
            this.apiVersion = apiVersion;
            this.kind = kind;
        }

        ApplyResult apply(String manager, boolean force, String inner) {
            Map<String, Object> applied = new LinkedHashMap<>();
            applied.put("apiVersion", apiVersion);
            applied.put("kind", kind);
            applied.putAll(Loose.map(inner));
            Trees.set(applied, "ap", "metadata", "name");
            return apply(manager, force, applied);
        }

        ApplyResult apply(String manager, boolean force, Map<String, Object> applied) {
            String before = Json.writeString(live) + Json.writeString(applied);
            ApplyResult result = ServerSideApply.apply(
                    live,
                    applied,
                    schema,
                    new ServerSideApply.Request(
                            manager,
                            force,
                            apiVersion,
                            kind,
                            "",
                            T0.plusSeconds(second++),
                            ManagedFields.resetFields("status")));
            assertThat(Json.writeString(live) + Json.writeString(applied))
                    .as("inputs")
                    .isEqualTo(before);
            if (result instanceof Applied(Map<String, Object> object, boolean _)) {
                live = Trees.deepCopy(object);
                Trees.set(live, "uid", "metadata", "uid");
            }
            return result;
        }

        void update(String manager, Map<String, Object> updated) {
            List<Object> fields = ManagedFields.afterUpdate(
                    live, updated, schema, manager, apiVersion, "", T0.plusSeconds(second++), null);
            live = Trees.deepCopy(updated);
            Trees.set(live, fields, "metadata", "managedFields");
        }

        String owners() {
            List<String> lines = new ArrayList<>();
            for (Object entry : Trees.list(live, "metadata", "managedFields")) {
                lines.add(Trees.string(entry, "manager") + " " + Trees.string(entry, "operation") + " "
                        + Json.writeString(Trees.get(entry, "fieldsV1")).replace("\"", ""));
            }
            return String.join("; ", lines);
        }

        String data() {
            return Json.writeString(Trees.get(live, "data")).replace("\"", "");
        }
    }

    private static Server configMap() {
        return new Server(SampleSchemas.CONFIG_MAP, "v1", "ConfigMap");
    }

    private static Server deployment() {
        return new Server(SampleSchemas.DEPLOYMENT, "apps/v1", "Deployment");
    }

    @Test
    void replaysTheRecordedLifeOfAConfigMap() {
        Server s = configMap();
        s.apply("m1", false, "{data:{a:\"1\",b:\"2\"}}");
        assertThat(s.owners()).isEqualTo("m1 Apply {f:data:{f:a:{},f:b:{}}}");
        Object before = Trees.get(s.live, "metadata", "managedFields");
        assertThat(((Applied) s.apply("m1", false, "{data:{a:\"1\",b:\"2\"}}")).changed())
                .isFalse();
        assertThat(Trees.get(s.live, "metadata", "managedFields"))
                .as("same again")
                .isEqualTo(before);
        s.apply("m2", false, "{data:{c:\"3\"}}");
        assertThat(s.owners()).isEqualTo("m1 Apply {f:data:{f:a:{},f:b:{}}}; m2 Apply {f:data:{f:c:{}}}");

        assertThat(s.apply("m2", false, "{data:{a:\"9\",c:\"3\"}}"))
                .isEqualTo(new Conflicts(
                        "Apply failed with 1 conflict: conflict with \"m1\": .data.a",
                        List.of(new Cause("conflict with \"m1\"", ".data.a"))));
        s.apply("m2", true, "{data:{a:\"9\",c:\"3\"}}");
        assertThat(s.owners()).isEqualTo("m1 Apply {f:data:{f:b:{}}}; m2 Apply {f:data:{f:a:{},f:c:{}}}");
        s.apply("m1", false, "{data:{}}");
        assertThat(s.data()).isEqualTo("{a:9,c:3}");
        s.apply("m1", false, "{data:{c:\"3\"}}");
        assertThat(s.owners()).isEqualTo("m2 Apply {f:data:{f:a:{},f:c:{}}}; m1 Apply {f:data:{f:c:{}}}");
        s.apply("m2", false, "{data:{a:\"9\"}}");
        assertThat(s.data()).as("one owner leaves").isEqualTo("{a:9,c:3}");

        Map<String, Object> edited = Trees.deepCopy(s.live);
        Trees.set(edited, "edited", "data", "a");
        Trees.set(edited, "new", "data", "n");
        s.update("editor", edited);
        assertThat(s.owners()).isEqualTo("m1 Apply {f:data:{f:c:{}}}; editor Update {f:data:{f:a:{},f:n:{}}}");
        assertThat(s.apply("m2", false, "{data:{a:\"9\"}}"))
                .isEqualTo(new Conflicts(
                        "Apply failed with 1 conflict: conflict with \"editor\" using v1: .data.a",
                        List.of(new Cause("conflict with \"editor\" using v1", ".data.a"))));
    }

    private static final String APPLIED =
            "{spec:{replicas:0,selector:{matchLabels:{app:ad}},template:{metadata:{labels:"
                    + "{app:ad}},spec:{containers:[{name:a,image:\"i:1\",ports:[{containerPort:80}],env:[{name:E,value:\"1\"}]}]}}}}";

    private static Server appliedDeployment() {
        Server s = deployment();
        s.apply("m1", false, APPLIED);
        Map<String, Object> container = Trees.map(
                Trees.list(s.live, "spec", "template", "spec", "containers").getFirst());
        Trees.map(Trees.list(container, "ports").getFirst()).put("protocol", "TCP");
        container.put("resources", new LinkedHashMap<>());
        container.put("imagePullPolicy", "IfNotPresent");
        return s;
    }

    private static String containers(Server s) {
        return Json.writeString(Trees.get(s.live, "spec", "template", "spec", "containers"))
                .replace("\"", "");
    }

    @Test
    void replaysTheRecordedLifeOfADeployment() {
        Server s = appliedDeployment();
        assertThat(s.owners())
                .isEqualTo(
                        "m1 Apply"
                                + " {f:spec:{f:replicas:{},f:selector:{},f:template:{f:metadata:{f:labels:{f:app:{}}},f:spec:{f:containers:{k:{\\n"
                                + "ame\\:\\a\\}:{.:{},f:env:{k:{\\n"
                                + "ame\\:\\E\\}:{.:{},f:name:{},f:value:{}}},"
                                + "f:image:{},f:name:{},f:ports:{k:{\\containerPort\\:80,\\protocol\\:\\TCP\\}:{.:{},f:containerPort:{}}}}}}}}}");
        s.apply("m2", true, "{spec:{template:{spec:{containers:[{name:side,image:s}]}}}}");
        assertThat(containers(s)).contains("{name:a,image:i:1").endsWith("{name:side,image:s}]");

        Map<String, Object> updated = Trees.deepCopy(s.live);
        Trees.map(Trees.list(updated, "spec", "template", "spec", "containers").getFirst())
                .put("image", "i:2");
        s.update("kubectl-set", updated);
        assertThat(s.owners())
                .endsWith("kubectl-set Update {f:spec:{f:template:{f:spec:{f:containers:"
                        + "{k:{\\name\\:\\a\\}:{f:image:{}}}}}}}");
        assertThat(s.apply("m1", false, APPLIED.replace("i:1", "i:3")))
                .isEqualTo(new Conflicts(
                        "Apply failed with 1 conflict: conflict with \"kubectl-set\" using apps/v1:"
                                + " .spec.template.spec.containers[name=\"a\"].image",
                        List.of(new Cause(
                                "conflict with \"kubectl-set\" using apps/v1",
                                ".spec.template.spec.containers[name=\"a\"].image"))));

        s.apply(
                "m3",
                true,
                "{spec:{template:{spec:{containers:[{name:a,ports:[{containerPort:53,protocol:UDP},"
                        + "{containerPort:53,protocol:TCP}]}]}}}}");
        assertThat(containers(s))
                .contains("ports:[{containerPort:80,protocol:TCP},{containerPort:53,protocol:UDP},"
                        + "{containerPort:53,protocol:TCP}]");
    }

    @Test
    void refusesTreesThatDoNotFit() {
        Server s = deployment();
        assertThat(s.apply("m", false, "{spec:{template:{spec:{containers:[{name:a,image:x},{name:a,image:y}]}}}}"))
                .isEqualTo(new Rejected(
                        400,
                        "failed to create typed patch object (/ap; apps/v1, Kind=Deployment):"
                                + " .spec.template.spec.containers: duplicate entries for key [name=\"a\"]"));
        assertThat(s.apply("m", false, "{spec:{nope:1}}"))
                .isEqualTo(new Rejected(
                        400,
                        "failed to create typed patch object (/ap; apps/v1, Kind=Deployment):"
                                + " .spec.nope: field not declared in schema"));
        assertThat(s.apply("m", false, "{spec:{replicas:x}}"))
                .isEqualTo(new Rejected(
                        400,
                        "failed to create typed patch object (/ap; apps/v1, Kind=Deployment):"
                                + " .spec.replicas: expected numeric (int or float), got string"));
        assertThat(s.apply("m", false, "{metadata:{managedFields:[{manager:x}]}}"))
                .isEqualTo(new Rejected(400, "metadata.managedFields must be nil"));
        assertThat(s.apply("m", false, Map.of("apiVersion", "v2", "kind", "Deployment")))
                .isEqualTo(new Rejected(400, "invalid object type: /v2, Kind=Deployment"));
    }

    @Test
    void removesItemsThatAreNoLongerAppliedWithTheirDefaults() {
        Server s = appliedDeployment();
        s.apply("m2", false, "{spec:{template:{spec:{containers:[{name:side,image:s}]}}}}");
        s.apply("m1", false, "{spec:{replicas:0,selector:{matchLabels:{app:ad}},template:{spec:{containers:[]}}}}");
        assertThat(containers(s)).isEqualTo("[{name:side,image:s}]");
        s.apply("m2", false, "{spec:{paused:true}}");
        assertThat(Trees.get(s.live, "spec", "template")).isNull();
        assertThat(s.owners())
                .isEqualTo("m1 Apply {f:spec:{f:replicas:{},f:selector:{}}}; m2 Apply {f:spec:{f:paused:{}}}");
    }

    @Test
    void keepsItemsThatAnotherManagerStillOwns() {
        Server s = appliedDeployment();
        s.apply("m2", false, "{spec:{template:{spec:{containers:[{name:a,args:[x]}]}}}}");
        s.apply("m1", false, "{spec:{replicas:0}}");
        assertThat(containers(s))
                .as("defaults stay with the item")
                .contains("name:a")
                .contains("args:[x]")
                .doesNotContain("image:i:1")
                .doesNotContain("env");
    }

    @Test
    void atomicValuesAreOwnedAsAWhole() {
        Server s = deployment();
        s.apply("m1", false, "{spec:{template:{spec:{nodeSelector:{a:b}}}}}");
        assertThat(s.apply("m2", false, "{spec:{template:{spec:{nodeSelector:{c:d}}}}}"))
                .isEqualTo(new Conflicts(
                        "Apply failed with 1 conflict: conflict with \"m1\": .spec.template.spec.nodeSelector",
                        List.of(new Cause("conflict with \"m1\"", ".spec.template.spec.nodeSelector"))));
        s.apply("m2", true, "{spec:{template:{spec:{nodeSelector:{c:d}}}}}");
        assertThat(Json.writeString(Trees.get(s.live, "spec", "template", "spec", "nodeSelector")))
                .isEqualTo("{\"c\":\"d\"}");
    }

    @Test
    void ownersOfPartsOwnTheWholeOnceItIsAtomic() {
        Server s = deployment();
        s.live = Loose.map(
                "{apiVersion:apps/v1,kind:Deployment,metadata:{name:ap,uid:u},spec:{selector:{matchLabels:{a:b}}}}");
        Trees.set(
                s.live,
                Json.parse("[{\"manager\":\"old\",\"operation\":\"Apply\",\"apiVersion\":\"apps/v1\",\"fieldsType\":"
                        + "\"FieldsV1\",\"fieldsV1\":{\"f:spec\":{\"f:selector\":{\"f:matchLabels\":{\"f:a\":{}}}}}}]"),
                "metadata",
                "managedFields");
        s.apply("m", false, "{spec:{replicas:1}}");
        assertThat(s.owners()).isEqualTo("old Apply {f:spec:{f:selector:{}}}; m Apply {f:spec:{f:replicas:{}}}");
    }

    @Test
    void setsAreMergedAndNamesSeveralConflicts() {
        Server s = configMap();
        s.apply("m1", false, "{metadata:{finalizers:[a,b]},data:{x:\"1\",y:\"2\"}}");
        s.apply("m2", false, "{metadata:{finalizers:[c,b]}}");
        assertThat(Trees.list(s.live, "metadata", "finalizers")).containsExactly("a", "c", "b");
        assertThat(s.apply("m2", false, "{data:{x:\"7\",y:\"7\"}}"))
                .isInstanceOfSatisfying(
                        Conflicts.class,
                        c -> assertThat(c.message())
                                .isEqualTo(
                                        "Apply failed with 2 conflicts: conflicts with \"m1\":\n- .data.x\n- .data.y"));
        s.apply("m1", false, "{data:{x:\"1\",y:\"2\"}}");
        assertThat(Trees.list(s.live, "metadata", "finalizers")).containsExactly("c", "b");
    }

    @Test
    void fieldsThatNobodyTrackedBelongToAManagerOfTheirOwn() {
        Server s = configMap();
        s.live = Loose.map("{apiVersion:v1,kind:ConfigMap,metadata:{name:ap,uid:u},data:{a:\"1\"}}");
        assertThat(s.apply("m1", false, "{data:{a:\"2\"}}"))
                .isInstanceOfSatisfying(
                        Conflicts.class,
                        c -> assertThat(c.message())
                                .isEqualTo(
                                        "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1:"
                                                + " .data.a"));
        s.apply("m1", false, "{data:{a:\"1\"}}");
        assertThat(s.owners())
                .isEqualTo("m1 Apply {f:data:{f:a:{}}}; before-first-apply Update {f:data:{.:{},f:a:{}}}");
    }

    @Test
    void kubectlMayTakeWhatItsAnnotationSays() {
        Server s = configMap();
        String last =
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"ap\"},\"data\":{\"a\":\"1\"}}";
        Map<String, Object> live = Loose.map("{apiVersion:v1,kind:ConfigMap,metadata:{name:ap},data:{a:\"1\"}}");
        Trees.set(live, last, "metadata", "annotations", LastApplied.ANNOTATION);
        s.update("kubectl-client-side-apply", live);
        Trees.set(s.live, "u", "metadata", "uid");
        assertThat(s.apply("kubectl", false, "{data:{a:\"2\"}}")).isInstanceOf(Applied.class);
        assertThat(Trees.string(s.live, "metadata", "annotations", LastApplied.ANNOTATION))
                .isEqualTo(
                        "{\"apiVersion\":\"v1\",\"data\":{\"a\":\"2\"},\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"ap\"}}\n");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void applyingTwiceChangesNothing(long seed) {
        Random random = new Random(seed);
        Server s = deployment();
        for (int i = 0; i < 60; i++) {
            String manager = "m" + random.nextInt(3);
            Map<String, Object> applied = randomDeployment(random);
            assertThat(s.apply(manager, true, applied)).as("seed %d", seed).isInstanceOf(Applied.class);
            String once = Json.writeString(s.live);
            Applied again = (Applied) s.apply(manager, false, applied);
            assertThat(again.changed()).as("seed %d step %d", seed, i).isFalse();
            assertThat(Json.writeString(s.live)).isEqualTo(once);
            assertThat(TypeCheck.check(s.live, s.schema)).isNull();
            List<Object> entries = ManagedFields.afterUpdate(
                    s.live, Trees.deepCopy(s.live), s.schema, "other", "apps/v1", "", T0, null);
            assertThat(entries).isEqualTo(Trees.list(s.live, "metadata", "managedFields"));
            checkApplied(applied, s.live);
        }
    }

    /** Whatever was applied last with force is in the object. */
    private static void checkApplied(Map<String, Object> applied, Map<String, Object> live) {
        Comparison comparison = Comparison.of(applied, live, SampleSchemas.DEPLOYMENT);
        assertThat(comparison.modified()).isEmpty();
        assertThat(FieldSets.difference(comparison.removed(), ManagedFields.UNOWNED))
                .isEmpty();
    }

    private static Map<String, Object> randomDeployment(Random random) {
        Map<String, Object> tree = Loose.map("{apiVersion:apps/v1,kind:Deployment,metadata:{name:ap}}");
        if (random.nextBoolean()) Trees.set(tree, (long) random.nextInt(3), "spec", "replicas");
        if (random.nextBoolean())
            Trees.set(tree, "v" + random.nextInt(2), "metadata", "labels", "l" + random.nextInt(3));
        List<Object> containers = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            if (random.nextInt(3) == 0) continue;
            Map<String, Object> container = new LinkedHashMap<>();
            container.put("name", name);
            if (random.nextBoolean()) container.put("image", "i" + random.nextInt(2));
            if (random.nextBoolean()) container.put("args", List.of("x" + random.nextInt(2)));
            List<Object> ports = new ArrayList<>();
            for (long port = 1; port < 4; port++) {
                if (random.nextBoolean()) ports.add(new LinkedHashMap<>(Map.of("containerPort", port)));
            }
            java.util.Collections.shuffle(ports, random);
            if (!ports.isEmpty()) container.put("ports", ports);
            containers.add(container);
        }
        java.util.Collections.shuffle(containers, random);
        if (!containers.isEmpty()) Trees.set(tree, containers, "spec", "template", "spec", "containers");
        List<Object> finalizers = new ArrayList<>();
        for (String f : List.of("x", "y", "z")) if (random.nextInt(3) == 0) finalizers.add(f);
        if (!finalizers.isEmpty()) Trees.set(tree, finalizers, "metadata", "finalizers");
        return tree;
    }
}
