package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.model.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Secrets with the tokens of ServiceAccounts. */
class TokenSecretTest {
    @Test
    void whatIsMissingIsFilledInAndReferencesGoWithTheSecret() {
        try (TestCluster cluster = new TestCluster()) {
            cluster.create(
                    ServiceAccount.class,
                    "{apiVersion: v1, kind: ServiceAccount, metadata: {name: robot}, secrets: [{name: robot-token}, {name: other}]}");
            cluster.create(Secret.class, """
                    apiVersion: v1
                    kind: Secret
                    metadata: {name: robot-token, annotations: {kubernetes.io/service-account.name: robot}}
                    type: kubernetes.io/service-account-token
                    data: {token: dG9rZW4=}
                    """);
            eventually(
                    "the rest is filled in",
                    () -> "dGVzdA=="
                                    .equals(cluster.get(Secret.class, "robot-token")
                                            .getData()
                                            .get("namespace"))
                            && cluster.get(Secret.class, "robot-token")
                                    .getData()
                                    .containsKey("ca.crt"));
            assertThat(cluster.get(Secret.class, "robot-token").getData()).containsEntry("token", "dG9rZW4=");
            cluster.resources(Secret.class)
                    .patch(
                            new ObjectKey(NS, "robot-token"),
                            PatchType.MERGE,
                            Json.parse("{\"data\":{\"ca.crt\":\"eA==\"}}"),
                            "");
            eventually(
                    "the CA comes back",
                    () -> !"eA=="
                            .equals(cluster.get(Secret.class, "robot-token")
                                    .getData()
                                    .get("ca.crt")));
            cluster.resources(Secret.class).delete(new ObjectKey(NS, "robot-token"), DeleteOptions.DEFAULT);
            eventually(
                    "no reference",
                    () -> cluster.get(ServiceAccount.class, "robot").getSecrets().stream()
                            .map(reference -> reference.getName())
                            .toList()
                            .equals(List.of("other")));
        }
    }
}
