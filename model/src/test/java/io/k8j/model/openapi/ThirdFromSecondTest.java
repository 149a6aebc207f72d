package io.k8j.model.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Old documents in the new form. */
class ThirdFromSecondTest {
    record Case(String name, String second, String third) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case("nothing", "{swagger: '2.0'}", "{openapi: 3.0.0, paths: {}, components: {}}"),
                new Case("a body and its types", """
                        paths:
                          /a:
                            parameters: [{name: n, in: path, required: true, type: string, uniqueItems: true}]
                            x-all: 1
                            post:
                              operationId: make
                              consumes: [application/json, application/yaml]
                              produces: [application/json]
                              schemes: [https]
                              x-one: 2
                              parameters:
                              - {name: body, in: body, required: true, schema: {$ref: '#/definitions/a.B'}}
                              - {name: q, in: query, schema: {type: integer}, x-q: 3}
                              responses:
                                '200': {description: OK, schema: {$ref: '#/definitions/a.B'}}
                                '401': {description: no}
                        """, """
                        openapi: 3.0.0
                        components: {}
                        paths:
                          /a:
                            parameters: [{name: n, in: path, required: true, schema: {type: string, uniqueItems: true}}]
                            x-all: 1
                            post:
                              operationId: make
                              x-one: 2
                              requestBody:
                                content:
                                  application/json: {schema: {$ref: '#/components/schemas/a.B'}}
                                  application/yaml: {schema: {$ref: '#/components/schemas/a.B'}}
                              parameters: [{name: q, in: query, schema: {type: integer}, x-q: 3}]
                              responses:
                                '200':
                                  description: OK
                                  content: {application/json: {schema: {$ref: '#/components/schemas/a.B'}}}
                                '401': {description: no}
                        """),
                new Case("references with something beside them", """
                        definitions:
                          a:
                            type: object
                            x-k: {group: g}
                            properties:
                              plain: {$ref: '#/definitions/b'}
                              told: {$ref: '#/definitions/b', description: d}
                              many: {type: array, items: {$ref: '#/definitions/b', default: {}}}
                              more: {type: object, additionalProperties: {$ref: '#/definitions/b'}}
                              any: {type: object, additionalProperties: true}
                        """, """
                        openapi: 3.0.0
                        paths: {}
                        components:
                          schemas:
                            a:
                              type: object
                              x-k: {group: g}
                              properties:
                                plain: {$ref: '#/components/schemas/b'}
                                told: {description: d, allOf: [{$ref: '#/components/schemas/b'}]}
                                many: {type: array, items: {default: {}, allOf: [{$ref: '#/components/schemas/b'}]}}
                                more: {type: object, additionalProperties: {$ref: '#/components/schemas/b'}}
                                any: {type: object, additionalProperties: true}
                        """),
                new Case(
                        "security",
                        "{securityDefinitions: {o: {type: oauth2, flow: implicit, authorizationUrl: u, scopes: {a: b}},"
                                + " k: {type: apiKey, in: header, name: authorization}}}",
                        "{openapi: 3.0.0, paths: {}, components: {securitySchemes: {o: {type: oauth2, flows: {implicit:"
                                + " {authorizationUrl: u, scopes: {a: b}}}}, k: {type: apiKey, in: header, name:"
                                + " authorization}}}}"),
                new Case(
                        "nonsense",
                        "{paths: {/a: 1, /b: {get: 2, parameters: x}}, definitions: {a: 3, b: {properties: 4, $ref: 5}}}",
                        "{openapi: 3.0.0, paths: {/b: {get: {responses: {}}}}, components: {schemas: {a: 3, b:"
                                + " {properties: 4, allOf: [{$ref: 5}]}}}}"));
    }

    private static Map<String, Object> tree(String yaml) {
        return Trees.map(Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void documentsAreConverted(Case c) {
        Map<String, Object> third = ThirdFromSecond.convert(tree(c.second()));
        assertThat(Json.parseObject(Json.write(third)))
                .as(c.name())
                .isEqualTo(Json.parseObject(Json.write(tree(c.third()))));
    }
}
