package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What was worked out for one Pod of a template serves the others, and only those. */
class EqualPodsTest {
    private final AdmittingServer server = new AdmittingServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private static String pod(String name, String image, String annotations, String more) {
        return "{metadata: {name: %s, annotations: {%s}}, spec: {containers: [{name: c, image: '%s'}]%s}}"
                .formatted(name, annotations, image, more);
    }

    private Map<String, Object> create(String name, String image, String annotations) {
        return server.create("v1/pods", pod(name, image, annotations, ""));
    }

    @Test
    void podsOfATemplateAreStoredAlike() {
        List<Map<String, Object>> specs = new ArrayList<>();
        List<Object> owners = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Map<String, Object> pod = create("p" + i, "i", "");
            assertThat(Trees.string(pod, "metadata", "name")).isEqualTo("p" + i);
            specs.add(Trees.map(pod, "spec"));
            owners.add(Trees.get(Trees.list(pod, "metadata", "managedFields").getFirst(), "fieldsV1"));
        }
        assertThat(specs).allSatisfy(spec -> assertThat(spec).isEqualTo(specs.getFirst()));
        assertThat(owners).allSatisfy(owner -> assertThat(owner).isEqualTo(owners.getFirst()));
        Object container =
                Trees.list(create("another", "j", ""), "spec", "containers").getFirst();
        assertThat(Trees.string(container, "image")).isEqualTo("j");
    }

    @Test
    void faultsAreFoundEachTime() {
        for (int i = 0; i < 4; i++) {
            String name = "p" + i;
            ApiException refused = TestServer.refusal(() -> create(name, " i", ""));
            assertThat(refused.getMessage())
                    .isEqualTo("Pod \"" + name + "\" is invalid: spec.containers[0].image: Invalid value: \" i\": must"
                            + " not have leading or trailing whitespace");
        }
    }

    @Test
    void annotationsThatMakeASpecWrongAreSeen() {
        for (int i = 0; i < 4; i++) create("p" + i, "i", "");
        String unknown = "'container.apparmor.security.beta.kubernetes.io/c': 'what'";
        ApiException refused = TestServer.refusal(() -> create("q", "i", unknown));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.getMessage()).contains("annotations");
    }

    @Test
    void volumesThatAreNamedAfterThePodAreCheckedEachTime() {
        String volume = ", volumes: [{name: v, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce],"
                + " resources: {requests: {storage: 1Gi}}}}}}]";
        for (int i = 0; i < 4; i++) server.create("v1/pods", pod("p" + i, "i", "", volume));
        String longest = "p".repeat(253);
        ApiException refused = TestServer.refusal(() -> server.create("v1/pods", pod(longest, "i", "", volume)));
        assertThat(refused.code()).isEqualTo(422);
    }

    @Test
    void changesOfOnePodAreNotThoseOfAnother() {
        for (int i = 0; i < 4; i++) create("p" + i, "i", "");
        server.server.patch(
                "v1/pods", "p3", "strategic-merge", "{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"k\"}]}}");
        Object other = Trees.list(server.server.get("v1/pods", "p2"), "spec", "containers")
                .getFirst();
        Object own = Trees.list(server.server.get("v1/pods", "p3"), "spec", "containers")
                .getFirst();
        assertThat(Trees.string(other, "image")).isEqualTo("i");
        assertThat(Trees.string(own, "image")).isEqualTo("k");
    }
}
