/** A function that does its work once, however often it is called; after a failure it tries again. */
export function onlyOnce(work) {
  let promise;
  return () => (promise ??= work().catch((problem) => {
    promise = undefined;
    throw problem;
  }));
}
