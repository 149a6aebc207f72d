package io.k8j.model.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.GivenEmpty;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.schema.Canonical;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CreatedFieldsTest {
    private static final Schema SCHEMA = Schemas.kind(GroupVersionKind.of("apps/v1", "Deployment"));
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final CreatedFields fields = new CreatedFields();
    private int worked;

    private List<Object> of(Map<String, Object> object, String manager, Instant now) {
        return fields.of(object, manager, "apps/v1", now, () -> {
            worked++;
            return plain(object, manager, now);
        });
    }

    private static List<Object> plain(Map<String, Object> object, String manager, Instant now) {
        Map<String, Object> resets = ManagedFields.resetFields("status");
        Map<String, Object> nothing = Canonical.nothing(SCHEMA);
        return ManagedFields.afterUpdate(nothing, object, SCHEMA, manager, "apps/v1", "", now, resets);
    }

    private static Map<String, Object> deployment() {
        return Json.parseObject(ManagedFieldsTest.DEPLOYMENT);
    }

    @Test
    void objectsThatDifferInValuesAreLookedAtTwice() {
        for (int i = 0; i < 5; i++) {
            Map<String, Object> object = deployment();
            Trees.set(object, "d" + i, "metadata", "name");
            Trees.set(object, "l" + i, "metadata", "labels", "app");
            Trees.set(object, (long) i + 1, "spec", "revisionHistoryLimit");
            Instant now = NOW.plusSeconds(i);
            List<Object> found = of(object, "m", now);
            assertThat(found).isEqualTo(plain(object, "m", now));
            assertThat(Json.write(found)).isEqualTo(Json.write(plain(object, "m", now)));
        }
        assertThat(worked).isEqualTo(2);
    }

    record Change(String name, Consumer<Map<String, Object>> of) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Change> changes() {
        return List.of(
                new Change("a further label", d -> Trees.set(d, "v", "metadata", "labels", "more")),
                new Change("a field less", d -> Trees.remove(d, "spec", "revisionHistoryLimit")),
                new Change("a field without a value", d -> Trees.set(d, null, "spec", "strategy", "rollingUpdate")),
                new Change("an empty value", d -> Trees.set(d, 0L, "spec", "revisionHistoryLimit")),
                new Change(
                        "another key of a list",
                        d -> Trees.map(Trees.list(d, "spec", "template", "spec", "containers")
                                        .getFirst())
                                .put("name", "x")),
                new Change(
                        "an item more",
                        d -> Trees.list(d, "spec", "template", "spec", "containers")
                                .add(Json.parse("{\"name\":\"new\",\"image\":\"i\"}"))),
                new Change(
                        "a map that is spelled out empty",
                        d -> Trees.set(d, new GivenEmpty.OfMap(), "metadata", "annotations")),
                new Change(
                        "an empty map", d -> Trees.map(d, "metadata", "labels").clear()));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void whatMattersIsFoundAnew(Change change) {
        for (int i = 0; i < 3; i++) of(deployment(), "m", NOW);
        Map<String, Object> changed = deployment();
        change.of.accept(changed);
        assertThat(of(changed, "m", NOW)).isEqualTo(plain(changed, "m", NOW));
        assertThat(worked).isEqualTo(3);
    }

    @Test
    void managersAreToldApart() {
        for (int i = 0; i < 3; i++) of(deployment(), "m", NOW);
        assertThat(of(deployment(), "other", NOW)).isEqualTo(plain(deployment(), "other", NOW));
    }
}
