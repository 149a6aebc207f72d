package io.k8j.model.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.model.json.Json;
import io.k8j.model.patch.PatchException.Kind;
import java.util.Collections;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonPatchTest {
    record Case(String name, String document, String patch, String expected) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case("add a member", "{a:1}", "[{op:add,path:/b,value:[1]}]", "{a:1,b:[1]}"),
                new Case("add into a list", "{a:[1,3]}", "[{op:add,path:/a/1,value:2}]", "{a:[1,2,3]}"),
                new Case("add at the end", "{a:[1]}", "[{op:add,path:/a/-,value:2}]", "{a:[1,2]}"),
                new Case("add null", "{a:1}", "[{op:add,path:/a,value:null}]", "{a:null}"),
                new Case("remove", "{a:1,b:2}", "[{op:remove,path:/a}]", "{b:2}"),
                new Case("remove the last", "{a:[1,2]}", "[{op:remove,path:/a/-1}]", "{a:[1]}"),
                new Case("replace", "{a:[1,2]}", "[{op:replace,path:/a/0,value:{}}]", "{a:[{},2]}"),
                new Case("replace a member that is not there", "{a:1}", "[{op:replace,path:/b,value:2}]", "{a:1,b:2}"),
                new Case("replace the document", "{a:1}", "[{op:replace,path:\"\",value:{b:2}}]", "{b:2}"),
                new Case("add without a value", "{a:1}", "[{op:add,path:/b}]", "{a:1,b:null}"),
                new Case("copy of nothing", "{a:1}", "[{op:copy,from:/c,path:/b}]", "{a:1,b:null}"),
                new Case("first step is not looked at", "{a:{}}", "[{op:add,path:x/a/b,value:1}]", "{a:{b:1}}"),
                new Case("test of the document", "{a:1}", "[{op:test,path:\"\",value:{a:1}}]", "{a:1}"),
                new Case("nothing to do", "{a:1}", "null", "{a:1}"),
                new Case("move", "{a:{b:1}}", "[{op:move,from:/a/b,path:/c}]", "{a:{},c:1}"),
                new Case("copy", "{a:{b:1}}", "[{op:copy,from:/a,path:/c},{op:remove,path:/a/b}]", "{a:{},c:{b:1}}"),
                new Case("test", "{a:{b:[1,x]}}", "[{op:test,path:/a,value:{b:[1,x]}}]", "{a:{b:[1,x]}}"),
                new Case("test for absence", "{a:1}", "[{op:test,path:/b,value:null}]", "{a:1}"),
                new Case("escapes", "{a/b:1,m~n:2}", "[{op:remove,path:/a~1b},{op:remove,path:/m~0n}]", "{}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void appliesOperationsToACopy(Case c) {
        Map<String, Object> document = Loose.map(c.document());
        String before = Json.writeString(document);
        Map<String, Object> result = JsonPatch.parse(Loose.tree(c.patch())).apply(document);
        assertThat(Json.writeString(result)).isEqualTo(Json.writeString(Loose.tree(c.expected())));
        assertThat(Json.writeString(document)).isEqualTo(before);
    }

    record Fault(String name, String document, String patch, Kind kind, String words) {}

    static Stream<Fault> faults() {
        return Stream.of(
                new Fault(
                        "failed test",
                        "{a:1}",
                        "[{op:test,path:/a,value:7}]",
                        Kind.UNPROCESSABLE,
                        "testing value /a failed: test failed"),
                new Fault(
                        "the document replaced by no object",
                        "{a:1}",
                        "[{op:replace,path:\"\",value:2}]",
                        Kind.UNPROCESSABLE,
                        "replace operation hit unsupported value"),
                new Fault(
                        "remove of nothing",
                        "{a:1}",
                        "[{op:remove,path:/none}]",
                        Kind.UNPROCESSABLE,
                        "error in remove for path: '/none': Unable to remove nonexistent key: none: missing value"),
                new Fault(
                        "replace behind the end",
                        "{a:[1]}",
                        "[{op:replace,path:/a/1,value:1}]",
                        Kind.UNPROCESSABLE,
                        "replace operation does not apply: doc is missing key: /a/1: missing value"),
                new Fault(
                        "numbers written otherwise",
                        "{a:0}",
                        "[{op:test,path:/a,value:0.0}]",
                        Kind.UNPROCESSABLE,
                        "testing value /a failed: test failed"),
                new Fault(
                        "move of nothing",
                        "{a:1}",
                        "[{op:move,from:/b,path:/c}]",
                        Kind.UNPROCESSABLE,
                        "error in move for path: '/b': Unable to remove nonexistent key: b: missing value"),
                new Fault(
                        "missing parent",
                        "{a:1}",
                        "[{op:add,path:/b/c,value:1}]",
                        Kind.UNPROCESSABLE,
                        "add operation does not apply: doc is missing path: \"/b/c\": missing value"),
                new Fault(
                        "bad index",
                        "{a:[]}",
                        "[{op:add,path:/a/5,value:1}]",
                        Kind.UNPROCESSABLE,
                        "error in add for path: '/a/5': Unable to access invalid index: 5: invalid index referenced"),
                new Fault(
                        "whole document",
                        "{}",
                        "[{op:add,path:\"\",value:{}}]",
                        Kind.UNPROCESSABLE,
                        "add operation does not apply: doc is missing path: \"\": missing value"),
                new Fault("unknown operation", "{}", "[{op:zap,path:/x}]", Kind.UNPROCESSABLE, "Unexpected kind: zap"),
                new Fault(
                        "no list",
                        "{}",
                        "{}",
                        Kind.BAD_REQUEST,
                        "json: cannot unmarshal object into Go value of type jsonpatch.Patch"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void refuses(Fault f) {
        assertThatThrownBy(() -> JsonPatch.parse(Loose.tree(f.patch())).apply(Loose.map(f.document())))
                .hasMessage(f.words())
                .isInstanceOfSatisfying(
                        PatchException.class, e -> assertThat(e.kind()).isEqualTo(f.kind()));
    }

    record Misfit(String patch, String words) {}

    static Stream<Misfit> misfits() {
        return Stream.of(
                new Misfit("{}", "object into Go value of type []handlers.jsonPatchOp"),
                new Misfit("x", "string into Go value of type []handlers.jsonPatchOp"),
                new Misfit("[1]", "number into Go value of type handlers.jsonPatchOp"),
                new Misfit("[{op:1}]", "number into Go struct field jsonPatchOp.op of type string"),
                new Misfit("[{from:[]}]", "array into Go struct field jsonPatchOp.from of type string"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("misfits")
    void whatIsNoListOfOperationsIsNamed(Misfit m) {
        assertThatThrownBy(() -> JsonPatch.checkShape(Loose.tree(m.patch())))
                .hasMessage("error decoding patch: json: cannot unmarshal " + m.words());
    }

    @Test
    void limitsOperationsAndCopies() {
        assertThatThrownBy(() -> JsonPatch.parse(Collections.nCopies(10_001, Map.of())))
                .hasMessage("The allowed maximum operations in a JSON patch is 10000, got 10001");
        Object doubling = Collections.nCopies(40, Map.of("op", "copy", "from", "/a", "path", "/a/-"));
        assertThatThrownBy(() -> JsonPatch.parse(doubling).apply(Json.parseObject("{\"a\":[\"cccccccccc\"]}")))
                .hasMessageContaining("exceeding the limit 3145728");
    }

    @Test
    void namesUnknownFields() {
        assertThat(JsonPatch.unknownFields(Loose.tree("[{op:add,path:/a,foo:1}]")))
                .containsExactly("unknown field \"[0].foo\"");
    }

    @Test
    void mergePatchMergesMapsOnly() {
        Map<String, Object> result = MergePatch.apply(
                Loose.map("{a:{b:1,c:2},l:[1,2],d:1}"), Loose.map("{a:{b:null,e:{f:null}},l:[3],d:{x:1}}"));
        assertThat(Json.writeString(result)).isEqualTo("{\"a\":{\"c\":2,\"e\":{}},\"l\":[3],\"d\":{\"x\":1}}");
        assertThatThrownBy(() -> MergePatch.apply(Map.of(), Loose.tree("[1]"))).hasMessage("Invalid JSON Patch");
    }
}
