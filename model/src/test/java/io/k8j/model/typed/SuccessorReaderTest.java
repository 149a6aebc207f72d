package io.k8j.model.typed;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionKind;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A version that is read after its predecessor must come out as if it were read alone. */
class SuccessorReaderTest {
    private static final String CREATED = "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\","
            + "\"resourceVersion\":\"9\",\"labels\":{\"x\":\"y\"},\"managedFields\":[{\"manager\":\"m\"}]},"
            + "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}],\"terminationGracePeriodSeconds\":1,"
            + "\"tolerations\":[{\"key\":\"k\"}],\"priority\":0},\"status\":{\"phase\":\"Pending\"}}";
    private static final String BOUND = CREATED.replace("\"9\"", "\"10\"")
            .replace("\"tolerations\"", "\"nodeName\":\"n\",\"tolerations\"")
            .replace("PeriodSeconds\":1", "PeriodSeconds\":12")
            .replace("\"Pending\"", "\"Pending\",\"conditions\":[{\"type\":\"PodScheduled\",\"lastProbeTime\":null}]");

    static Stream<GroupVersionKind> kinds() {
        return ModelsTest.kinds();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatDidNotChangeIsTheSameInstance() {
        Pod created = Models.read(bytes(CREATED), Pod.class);
        Pod bound = Models.readAfter(bytes(BOUND), Pod.class, bytes(CREATED), created);

        assertThat(bound).isEqualTo(Models.read(bytes(BOUND), Pod.class));
        assertThat(bound.getSpec().getContainers()).isSameAs(created.getSpec().getContainers());
        assertThat(bound.getSpec().getTolerations()).isSameAs(created.getSpec().getTolerations());
        assertThat(bound.getSpec().getTerminationGracePeriodSeconds()).isEqualTo(12);
        assertThat(bound.getMetadata().getLabels())
                .isSameAs(created.getMetadata().getLabels());
        assertThat(created).isEqualTo(Models.read(bytes(CREATED), Pod.class));
        Pod back = Models.readAfter(bytes(CREATED), Pod.class, bytes(BOUND), bound);
        assertThat(back).isEqualTo(created);
    }

    @Test
    void aWholePartThatDidNotChangeIsTheSameInstance() {
        Pod created = Models.read(bytes(CREATED), Pod.class);
        String failed = CREATED.replace("Pending", "Failed");
        Pod later = Models.readAfter(bytes(failed), Pod.class, bytes(CREATED), created);

        assertThat(later.getSpec()).isSameAs(created.getSpec());
        assertThat(later.getStatus().getPhase()).isEqualTo("Failed");
    }

    @Test
    void aVersionThatFollowsADecodedOneTakesItsPartsOver() {
        ApiObject created = ApiObject.ofJson(bytes(CREATED));
        ApiObject bound = ApiObject.ofJson(bytes(BOUND));
        bound.follows(created); // nobody has decoded it
        assertThat(bound.as(Pod.class).getSpec().getContainers())
                .isNotSameAs(created.as(Pod.class).getSpec().getContainers());

        ApiObject again = ApiObject.ofJson(bytes(BOUND));
        again.follows(created);
        assertThat(again.as(Pod.class).getSpec().getContainers())
                .isSameAs(created.as(Pod.class).getSpec().getContainers());

        ApiObject late = ApiObject.ofJson(bytes(BOUND));
        late.follows(created);
        created.release();
        assertThat(late.as(Pod.class)).isEqualTo(again.as(Pod.class));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anyVersionAfterAnyOtherIsReadAsIfItWereAlone(GroupVersionKind gvk) {
        Class<? extends HasMetadata> type = TypedCodec.objectType(gvk);
        Random random = new Random(gvk.toString().hashCode());
        Map<String, Object> tree = ModelsTest.sample(gvk);
        byte[] before = Json.write(tree);
        HasMetadata last = Models.read(before, type);
        for (int i = 0; i < 20; i++) {
            if (random.nextInt(4) == 0) tree = ModelsTest.sample(gvk);
            ModelsTest.disturb(tree, random);
            byte[] json = Json.write(tree);
            tree = Json.parseObject(json);
            byte[] known = before;
            HasMetadata model = last;
            Object wanted = ModelsTest.outcome(() -> DataBinding.read(json, type));
            assertThat(ModelsTest.outcome(() -> read(json, type, known, model)))
                    .as("%s after %s", Json.writeString(tree), new String(known, StandardCharsets.UTF_8))
                    .isEqualTo(wanted);
            if (wanted instanceof Map) {
                last = read(json, type, known, model);
                before = json;
            }
        }
    }

    private static HasMetadata read(byte[] json, Class<? extends HasMetadata> type, byte[] before, HasMetadata last) {
        return readAs(json, type, before, last);
    }

    private static <T> T readAs(byte[] json, Class<T> type, byte[] before, Object last) {
        return Models.readAfter(json, type, before, type.cast(last));
    }
}
