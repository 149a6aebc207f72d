package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.k8j.client.Client;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.model.api.ApiException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trouble on demand between a client and the API server. */
@K8j(nodes = 0)
class FaultsTest {
    @K8j
    private K8jCluster cluster;

    @K8j
    private Client client;

    @AfterEach
    void repair() {
        cluster.faults().clear();
    }

    private static ConfigMap configMap(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "409, Conflict",
        "410, Expired",
        "422, Invalid",
        "429, TooManyRequests",
        "500, InternalError",
        "503, ServiceUnavailable",
        "504, Timeout"
    })
    void requestsAreRefusedAsOftenAsWantedAndChangeNothing(int code, String reason) {
        String name = "refused-" + code;
        var fault =
                cluster.faults().refuse(Faults.Match.of("create", "configmaps").by("system:admin"), 2, code);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> client.resources(ConfigMap.class).create(configMap(name)))
                    .isInstanceOfSatisfying(ApiException.class, e -> {
                        assertThat(e.code()).isEqualTo(code);
                        assertThat(e.reason()).isEqualTo(reason);
                        if (code == 429) assertThat(e.details()).containsEntry("retryAfterSeconds", 1);
                    });
            assertThat(client.resources(ConfigMap.class).find(new ObjectKey("default", name)))
                    .isEmpty();
        }
        client.resources(ConfigMap.class).create(configMap(name));
        assertThat(fault.count()).isEqualTo(2);
    }

    @Test
    void answersAreSlowUntilTheFaultIsClosed() {
        Duration delay = Duration.ofMillis(300);
        long begin = System.nanoTime();
        try (var fault =
                cluster.faults().delay(Faults.Match.resource("configmaps").by("system:admin"), delay)) {
            client.resources(ConfigMap.class).list(ListOptions.ALL);
            assertThat(fault.count()).isOne();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(delay);
    }

    @Test
    void othersAreNotConcerned() {
        cluster.faults().refuse(Faults.Match.resource("configmaps").by("somebody"), 1, 500);
        assertThat(client.resources(ConfigMap.class).list(ListOptions.ALL)).isNotEmpty();
    }
}
