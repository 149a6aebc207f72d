package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.junit.K8jCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Authorization by a file of policies. */
class AbacTest {
    private static final String HEAD =
            "{\"apiVersion\": \"abac.authorization.kubernetes.io/v1beta1\", \"kind\": \"Policy\", \"spec\": ";
    private static final String PODS = "/api/v1/namespaces/default/pods";

    @TempDir
    private Path directory;

    private K8jCluster cluster(String policies, String modes) throws IOException {
        Path file = Files.writeString(directory.resolve("policies.jsonl"), policies);
        return K8jCluster.builder()
                .withNodes(0)
                .without("controllers", "scheduler")
                .withApiServerFlags("authorization-mode=" + modes, "authorization-policy-file=" + file)
                .start();
    }

    @Test
    void policiesAllowWhatTheyFitAndOthersDecideTheRest() throws IOException {
        String policies = "# who may what\n\n"
                + HEAD
                + "{\"user\": \"ann\", \"namespace\": \"default\", \"resource\": \"pods\", \"readonly\": true}}\n"
                + HEAD + "{\"group\": \"*\", \"nonResourcePath\": \"/metrics*\", \"readonly\": true}}\n"
                + "{\"user\": \"bob\"}\n";
        try (K8jCluster cluster = cluster(policies, "Node,ABAC,RBAC");
                RawApi api = RawApi.admin(cluster)) {
            String[] ann = {"Impersonate-User", "ann"};
            String[] bob = {"Impersonate-User", "bob"};
            assertThat(api.get(PODS, ann).code()).isEqualTo(200);
            assertThat(api.send("DELETE", PODS, null, ann).code())
                    .as("reading only")
                    .isEqualTo(403);
            assertThat(api.get("/api/v1/namespaces/other/pods", ann).code()).isEqualTo(403);
            assertThat(api.get("/api/v1/namespaces/default/secrets", ann).message())
                    .isEqualTo(
                            "secrets is forbidden: User \"ann\" cannot list resource \"secrets\" in API group \"\" in"
                                    + " the namespace \"default\": No policy matched.");
            assertThat(api.get("/metrics/slis", ann).code()).isEqualTo(200);
            assertThat(api.get("/logs", ann).code()).isEqualTo(403);
            assertThat(api.get("/api/v1/secrets", bob).code())
                    .as("the first form")
                    .isEqualTo(200);
            assertThat(api.get("/metrics", bob).code()).isEqualTo(200);
            assertThat(api.post(
                                    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
                                    "{spec: {namespace: default}}",
                                    ann)
                            .text())
                    .contains("{\"verbs\":[\"get\",\"list\",\"watch\"],\"apiGroups\":[\"\"],\"resources\":[\"pods\"]}");
        }
    }

    @Test
    void aLineThatIsNoPolicyIsNamed() {
        assertThatThrownBy(() -> cluster(HEAD + "{}}\n{\"user\": 1}\n", "ABAC"))
                .hasMessageContaining("line 2: {\"user\": 1}: ");
        assertThatThrownBy(() -> cluster("", "RBAC"))
                .hasMessageContaining("cannot specify --authorization-policy-file without mode ABAC");
    }
}
