// Scripts that are loaded when a reader first asks for what they do; each puts one function on the window.
const HERE = document.currentScript.src; // with the mark of its version, which those scripts share
const loading = {};

export async function ask(script, what, ...about) {
  loading[script] ??= new Promise((resolve, reject) => {
    const src = HERE.replace("/reading.js", `/${script}.js`);
    document.head.append(Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject }));
  });
  try {
    await loading[script];
    window[what](...about);
  } catch {
    delete loading[script]; // the line may be back the next time
  }
}
