package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** CEL rules in schemas of custom resources. */
class CustomRulesTest {
    private static final String DEFINITIONS = "apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String RANGES = "a.b/v1/ranges";

    private final TestServer server = new TestServer();

    private static String definition(String rules) {
        return """
            {'metadata':{'name':'ranges.a.b'},'spec':{'group':'a.b','scope':'Namespaced','names':{'plural':'ranges',
            'kind':'Range'},'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{
            'type':'object','properties':{'spec':{'type':'object','x-kubernetes-validations':[%s],'properties':{
              'low':{'type':'integer'},'high':{'type':'integer'},'ratio':{'type':'number'},
              'name':{'type':'string','x-kubernetes-validations':[{'rule':'self == oldSelf','message':'is immutable'}]},
              'ports':{'type':'array','items':{'type':'integer'}}}}}}}}]}}
            """.formatted(rules);
    }

    @BeforeEach
    void define() {
        server.create(
                DEFINITIONS,
                definition("{'rule':'!has(self.high) || self.low <= self.high'},{'rule':'!has(self.ports) ||"
                        + " self.ports.isSorted() && self.ports.all(p, p > 0)','message':'ports must"
                        + " rise','reason':'FieldValueForbidden','fieldPath':'.ports'},{'rule':'!has(self.ratio)"
                        + " || self.ratio < 1.0','messageExpression':'self.ratio > 1.5 ? \\\"much too big\\\" :"
                        + " \\\"too big\\\"'}"));
        Awaitility.await().until(() -> server.core.table().get(TestServer.gvr(RANGES)) != null);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String refusal(String spec) {
        return TestServer.refusal(() -> server.create(RANGES, "{'metadata':{'name':'x'},'spec':" + spec + "}"))
                .getMessage();
    }

    @Test
    void aRuleThatFailsIsNamed() {
        server.create(RANGES, "{'metadata':{'name':'ok'},'spec':{'low':1,'high':2,'ports':[1,2],'ratio':0.5}}");
        assertThat(refusal("{'low':3,'high':2}"))
                .isEqualTo("Range.a.b \"x\" is invalid: spec: Invalid value: failed rule: !has(self.high) ||"
                        + " self.low <= self.high");
        assertThat(refusal("{'ports':[2,1]}"))
                .isEqualTo("Range.a.b \"x\" is invalid: spec.ports: Forbidden: ports must rise");
        assertThat(refusal("{'ratio':2}")).isEqualTo("Range.a.b \"x\" is invalid: spec: Invalid value: much too big");
    }

    @Test
    void aTransitionRuleComparesWithTheOldValue() {
        Map<String, Object> made = server.create(RANGES, "{'metadata':{'name':'x'},'spec':{'name':'a'}}");
        Trees.set(made, "b", "spec", "name");
        assertThat(TestServer.refusal(() -> server.update(RANGES, "x", made)).getMessage())
                .isEqualTo("Range.a.b \"x\" is invalid: spec.name: Invalid value: \"b\": is immutable");
    }

    @Test
    void aRuleThatCannotBeCompiledIsRefusedWithItsDefinition() {
        String other = definition("{'rule':'self.low <'}").replace("ranges", "others");
        assertThat(TestServer.refusal(() -> server.create(DEFINITIONS, other)).getMessage())
                .contains("spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule:"
                        + " Invalid value: ")
                .contains("compilation failed: ");
    }
}
