package io.k8j.e2e.fuzz;

import java.util.List;

/** The vocabulary of hostile forms: of answers, of who manages which field, of patches and of rules. */
final class FormWords {
    static final List<String> ACCEPTS = List.of(
            "application/json",
            ";as=Table",
            ";as=PartialObjectMetadata",
            ";as=PartialObjectMetadataList",
            ";g=meta.k8s.io",
            ";g=",
            ";v=v1",
            ";v=v1beta1",
            ";v=v9",
            ",application/vnd.kubernetes.protobuf",
            ";as=",
            ";q=0",
            ";q=x",
            ";stream=watch",
            ",*/*",
            ";;",
            "=",
            "\"",
            "application/yaml",
            "application/cbor");
    static final List<String> FIELDS = List.of(
            "{\"f:data\":{\".\":{},\"f:k\":{}}}",
            "{\"f:metadata\":{\"f:labels\":{\"f:a\":{}}}}",
            "{\"k:{\\\"name\\\":\\\"c\\\"}\":{\".\":{}}}",
            "{\"v:1\":{},\"i:0\":{}}",
            "{\"i:-1\":{},\"i:99999999999999999999\":{}}",
            "{\"k:{\":{}}",
            "{\"x\":1}",
            "{\"f:\":{\"f:\":{\"f:\":[]}}}",
            "[]",
            "\"f:data\"",
            "{}");
    static final List<String> POINTERS = List.of(
            "",
            "/",
            "/data/k",
            "/data/~0~1",
            "/data/~2",
            "/data/~",
            "data",
            "/metadata/finalizers/-",
            "/metadata/managedFields/0",
            "/metadata/managedFields",
            "/metadata/labels/a",
            "/data/-",
            "/data/0",
            "/data/99999999999999999999",
            "//",
            "/metadata");
    static final List<String> RULES = List.of(
            "self",
            ".a",
            ".size()",
            " + ",
            "oldSelf",
            "1",
            "'x'",
            " == ",
            "all(x, x)",
            ".map(y, y)",
            "(",
            ")",
            " < ",
            "self.a.matches('(a+)+$')",
            "?",
            "[0]",
            "duration('1h')",
            "quantity('1')",
            "!",
            "null",
            "true");

    private FormWords() {}
}
