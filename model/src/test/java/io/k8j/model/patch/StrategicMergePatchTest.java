package io.k8j.model.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.model.SampleSchemas;
import io.k8j.model.json.Json;
import io.k8j.model.patch.PatchException.Kind;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StrategicMergePatchTest {
    record Case(String name, String original, String patch, String expected) {}

    private static String pod(String inner) {
        return "{spec:{template:{spec:{" + inner + "}}}}";
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("an empty patch changes nothing", "{spec:{replicas:1}}", "{}", "{spec:{replicas:1}}"),
                new Case(
                        "null removes",
                        "{metadata:{labels:{a:b,c:d}}}",
                        "{metadata:{labels:{a:null}}}",
                        "{metadata:{labels:{c:d}}}"),
                new Case(
                        "nulls of new maps are dropped",
                        "{}",
                        "{metadata:{labels:{a:null,b:c}}}",
                        "{metadata:{labels:{b:c}}}"),
                new Case(
                        "maps of lists are merged by key",
                        pod("containers:[{name:a,image:1},{name:b,image:1}]"),
                        pod("containers:[{name:a,image:2}]"),
                        pod("containers:[{name:a,image:2},{name:b,image:1}]")),
                new Case(
                        "a new item comes first, as upstream puts it",
                        pod("containers:[{name:a}]"),
                        pod("containers:[{name:c,image:3}]"),
                        pod("containers:[{name:c,image:3},{name:a}]")),
                new Case(
                        "delete removes an item",
                        pod("containers:[{name:a},{name:b}]"),
                        pod("containers:[{name:b,$patch:delete}]"),
                        pod("containers:[{name:a}]")),
                new Case(
                        "delete of an absent item does nothing",
                        pod("containers:[{name:a}]"),
                        pod("containers:[{name:b,$patch:delete}]"),
                        pod("containers:[{name:a}]")),
                new Case(
                        "replace exchanges the list",
                        pod("containers:[{name:a,image:1},{name:b}]"),
                        pod("containers:[{name:a,env:[]},{$patch:replace}]"),
                        pod("containers:[{name:a,env:[]}]")),
                new Case(
                        "replace exchanges a map",
                        "{metadata:{labels:{a:b}}}",
                        "{metadata:{labels:{$patch:replace,c:d}}}",
                        "{metadata:{labels:{c:d}}}"),
                new Case(
                        "delete empties a map",
                        "{metadata:{labels:{a:b}}}",
                        "{metadata:{labels:{$patch:delete}}}",
                        "{metadata:{labels:{}}}"),
                new Case(
                        "inner lists are merged, too",
                        pod("containers:[{name:a,env:[{name:X,value:1},{name:Y,value:2}]}]"),
                        pod("containers:[{name:a,env:[{name:X,value:9},{name:Z,value:3}]}]"),
                        pod("containers:[{name:a,env:[{name:X,value:9},{name:Z,value:3},{name:Y,value:2}]}]")),
                new Case(
                        "lists without strategy are replaced",
                        pod("containers:[{name:a,args:[x,y]}]"),
                        pod("containers:[{name:a,args:[z]}]"),
                        pod("containers:[{name:a,args:[z]}]")),
                new Case(
                        "tolerations are replaced",
                        pod("tolerations:[{key:a}]"),
                        pod("tolerations:[{key:b}]"),
                        pod("tolerations:[{key:b}]")),
                new Case(
                        "scalars are merged as a set",
                        "{metadata:{finalizers:[a,b]}}",
                        "{metadata:{finalizers:[c,a]}}",
                        "{metadata:{finalizers:[c,a,b]}}"),
                new Case(
                        "scalars are deleted",
                        "{metadata:{finalizers:[a,b]}}",
                        "{metadata:{$deleteFromPrimitiveList/finalizers:[a]}}",
                        "{metadata:{finalizers:[b]}}"),
                new Case(
                        "deleting from an absent list does nothing",
                        "{metadata:{}}",
                        "{metadata:{$deleteFromPrimitiveList/finalizers:[a]}}",
                        "{metadata:{}}"),
                new Case(
                        "scalars are ordered",
                        "{metadata:{finalizers:[a,b,c]}}",
                        "{metadata:{$setElementOrder/finalizers:[c,a],finalizers:[c]}}",
                        "{metadata:{finalizers:[b,c,a]}}"),
                new Case(
                        "items are ordered",
                        pod("containers:[{name:a},{name:b}]"),
                        pod("$setElementOrder/containers:[{name:c2},{name:a}],containers:[{name:c2,image:x}]"),
                        pod("containers:[{name:c2,image:x},{name:a},{name:b}]")),
                new Case(
                        "order alone sorts",
                        pod("containers:[{name:a},{name:b},{name:c}]"),
                        pod("$setElementOrder/containers:[{name:c},{name:b},{name:a}]"),
                        pod("containers:[{name:c},{name:b},{name:a}]")),
                new Case(
                        "retainKeys drops the rest",
                        "{spec:{strategy:{type:RollingUpdate,rollingUpdate:{maxSurge:1}}}}",
                        "{spec:{strategy:{$retainKeys:[type],type:Recreate}}}",
                        "{spec:{strategy:{type:Recreate}}}"),
                new Case(
                        "retainKeys changes a volume's source",
                        pod("volumes:[{name:v,emptyDir:{}}]"),
                        pod("volumes:[{name:v,$retainKeys:[name,hostPath],hostPath:{path:/x}}]"),
                        pod("volumes:[{name:v,hostPath:{path:/x}}]")),
                new Case(
                        "directives of new items are dropped",
                        pod("volumes:[]"),
                        pod("$setElementOrder/volumes:[{name:v}],volumes:[{name:v,$retainKeys:[name],emptyDir:null}]"),
                        pod("volumes:[{name:v}]")),
                new Case(
                        "another type replaces",
                        "{metadata:{labels:x}}",
                        "{metadata:{labels:{a:b}}}",
                        "{metadata:{labels:{a:b}}}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void mergesByTheSchema(Case c) {
        Map<String, Object> original = Loose.map(c.original());
        Map<String, Object> patch = Loose.map(c.patch());
        String before = Json.writeString(original) + Json.writeString(patch);
        Map<String, Object> result = StrategicMergePatch.apply(original, patch, SampleSchemas.DEPLOYMENT);
        assertThat(Json.writeString(result)).isEqualTo(Json.writeString(Loose.map(c.expected())));
        assertThat(Json.writeString(original) + Json.writeString(patch))
                .as("inputs")
                .isEqualTo(before);
    }

    record Fault(String name, String original, String patch, Kind kind, String words) {}

    static Stream<Fault> faults() {
        return Stream.of(
                new Fault(
                        "unknown directive",
                        "{spec:{}}",
                        "{spec:{$patch:foo}}",
                        Kind.INTERNAL,
                        "unknown patch type: foo in map: map[$patch:foo]"),
                new Fault(
                        "no merge key",
                        pod("containers:[{name:a}]"),
                        pod("containers:[{image:z}]"),
                        Kind.INTERNAL,
                        "map: map[image:z] does not contain declared merge key: name"),
                new Fault(
                        "deletion without merge key",
                        pod("containers:[{name:a}]"),
                        pod("containers:[{$patch:delete}]"),
                        Kind.INTERNAL,
                        "map: map[$patch:delete] does not contain declared merge key: name"),
                new Fault(
                        "merge directive in a list",
                        pod("containers:[{name:a}]"),
                        pod("containers:[{name:a,$patch:merge}]"),
                        Kind.INTERNAL,
                        "merging lists cannot yet be specified in the patch"),
                new Fault(
                        "retainKeys without a changed key",
                        "{spec:{strategy:{type:a}}}",
                        "{spec:{strategy:{$retainKeys:[type],rollingUpdate:{}}}}",
                        Kind.BAD_REQUEST,
                        "invalid patch format of retainKeys"),
                new Fault(
                        "order that contradicts the list",
                        pod("containers:[{name:a}]"),
                        pod("$setElementOrder/containers:[{name:a}],containers:[{name:b}]"),
                        Kind.INTERNAL,
                        "The order in patch list:\n[map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n"),
                new Fault(
                        "deletion directive without a field",
                        "{metadata:{finalizers:[a]}}",
                        "{metadata:{$deleteFromPrimitiveList:[a]}}",
                        Kind.BAD_REQUEST,
                        "invalid patch format of primitive list"),
                new Fault(
                        "mixed items",
                        "{metadata:{finalizers:[a]}}",
                        "{metadata:{finalizers:[{a:b}]}}",
                        Kind.INTERNAL,
                        "list element types are not identical: [[a] [map[a:b]]]"),
                new Fault(
                        "unknown field",
                        "{metadata:{nope:{a:b}}}",
                        "{metadata:{nope:{a:b}}}",
                        Kind.INTERNAL,
                        "unable to find api field in struct ObjectMeta for the json field \"nope\""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void refusesInUpstreamsWords(Fault f) {
        assertThatThrownBy(() -> StrategicMergePatch.apply(
                        Loose.map(f.original()), Loose.map(f.patch()), SampleSchemas.DEPLOYMENT))
                .hasMessage(f.words())
                .isInstanceOfSatisfying(
                        PatchException.class, e -> assertThat(e.kind()).isEqualTo(f.kind()));
    }
}
