package io.k8j.controllers.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.k8j.model.json.Json;
import org.junit.jupiter.api.Test;

class RevisionHistoryTest {
    /** Upstream's clients make these bytes of a DaemonSet themselves and look for the revision that has them. */
    @Test
    void aRevisionsFieldsAreSorted() {
        PodTemplateSpec template = new PodTemplateSpecBuilder()
                .withNewMetadata()
                .addToLabels("b", "1")
                .addToLabels("a", "2")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withImage("i")
                .withCommand("z", "y")
                .endContainer()
                .endSpec()
                .build();
        assertThat(Json.writeString(RevisionHistory.dataOf(template)))
                .isEqualTo(
                        "{\"spec\":{\"template\":{\"$patch\":\"replace\",\"metadata\":{\"labels\":{\"a\":\"2\",\"b\":\"1\"}},"
                                + "\"spec\":{\"containers\":[{\"command\":[\"z\",\"y\"],\"image\":\"i\",\"name\":\"c\"}]}}}}");
    }
}
