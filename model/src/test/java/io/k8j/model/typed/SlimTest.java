package io.k8j.model.typed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SlimTest {
    private static String slim(String json) {
        return new String(Slim.of(json.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    @Test
    void managedFieldsAreCutOutWhereverTheyStand() {
        Map<String, String> cases = Map.of(
                "{'kind':'Pod','metadata':{'name':'a','managedFields':[{'f:x':{'k:{\"ip\":\"]}\"}':{}}}]},'spec':{}}",
                "{'kind':'Pod','metadata':{'name':'a'},'spec':{}}",
                "{'metadata':{'managedFields':[],'name':'a','n':1}}",
                "{'metadata':{'name':'a','n':1}}",
                "{'metadata':{'managedFields':[{'a':'\\\\'}]}}",
                "{'metadata':{}}",
                "{'n':-1.5e3,'b':[true,{'metadata':{'managedFields':1}}],'metadata':{'a':null,'managedFields':null,'b':2}}",
                "{'n':-1.5e3,'b':[true,{'metadata':{'managedFields':1}}],'metadata':{'a':null,'b':2}}");
        cases.forEach((json, expected) -> assertThat(
                        slim(json.replace('\'', '"').replace("{\"ip\":\"]}\"}", "{\\\"ip\\\":\\\"]}\\\"}")))
                .isEqualTo(expected.replace('\'', '"')));
    }

    @Test
    void whatHasNoneOrIsNoObjectStaysTheSame() {
        for (String json : new String[] {
            "",
            "[]",
            "null",
            "{}",
            "{\"metadata\":{}}",
            "{\"metadata\":7,\"managedFields\":[]}",
            "{\"metadata\":[{\"managedFields\":[]}]}",
            "{\"spec\":{\"managedFields\":[]}}",
            "{ \"metadata\": {\"managedFields\": []}}",
            "{\"metadata\":{\"labels\":{\"managedFields\":\"x\"}}}"
        }) {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            assertThat(Slim.of(bytes)).as(json).isSameAs(bytes);
        }
    }

    @Test
    void aTextThatBreaksOffStaysTheSame() {
        String whole = "{\"a\":\"\\\"\",\"metadata\":{\"name\":\"a\",\"managedFields\":[{\"x\":1}],\"uid\":\"u\"}}";
        int end = whole.indexOf(",\"uid");
        for (int length = 0; length <= end; length++) {
            byte[] broken = Arrays.copyOf(whole.getBytes(StandardCharsets.UTF_8), length);
            assertThat(Slim.of(broken)).as(whole.substring(0, length)).isSameAs(broken);
        }
    }
}
