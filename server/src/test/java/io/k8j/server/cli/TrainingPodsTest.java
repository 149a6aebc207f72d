package io.k8j.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.api.WatchListener;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.StoreConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingPodsTest {
    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");

    @Test
    void everyPodIsScheduledAndAllIsGoneAfterwards() throws Exception {
        try (SystemTime time = new SystemTime();
                MemoryStore store = MemoryStore.open(StoreConfig.DEFAULTS);
                ApiServerCore core = ApiServerCore.open(store, CoreConfig.DEFAULTS, time, ApiServerCore.Parts.open())) {
            ApiTransport transport = core.transport(UserInfo.of("train", "system:masters"), "train");

            assertThat(new TrainingPods(new Binding(transport)).run(120)).isEqualTo(120);

            assertThat(count(transport, PODS)).isZero();
            assertThat(count(transport, new GroupVersionResource("", "v1", "nodes")))
                    .isZero();
        }
    }

    private static int count(ApiTransport transport, GroupVersionResource resource) {
        return transport
                .call(new ApiCall(Verb.LIST, resource, "", "", "", Map.of(), null, null))
                .list()
                .items()
                .size();
    }

    /** Binds each Pod as soon as it was created, in place of a scheduler. */
    private record Binding(ApiTransport to) implements ApiTransport {
        @Override
        public ApiResponse call(ApiCall call) {
            ApiResponse answer = to.call(call);
            if (call.verb() == Verb.CREATE && call.resource().equals(PODS)) {
                String name = answer.object().name();
                String binding = "{\"apiVersion\":\"v1\",\"kind\":\"Binding\",\"metadata\":{\"name\":\"" + name
                        + "\"},\"target\":{\"kind\":\"Node\",\"name\":\"train-1\"}}";
                to.call(new ApiCall(
                        Verb.CREATE, PODS, "default", name, "binding", Map.of(), null, Json.parse(binding)));
            }
            return answer;
        }

        @Override
        public Watch watch(ApiCall call, WatchListener listener) {
            return to.watch(call, listener);
        }

        @Override
        public void close() {
            to.close();
        }
    }
}
