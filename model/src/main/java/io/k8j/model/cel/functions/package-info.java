/**
 * The functions that Kubernetes adds to CEL, a class for each library: addresses, formats, lists, quantities, regular
 * expressions, versions and URLs, with the types behind them. Each registers its overloads with their costs at a
 * {@link io.k8j.model.cel.FunctionLibrary}, which {@link io.k8j.model.cel.Language} puts together.
 */
package io.k8j.model.cel.functions;
